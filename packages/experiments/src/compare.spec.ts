import { describe, expect, it } from '@jest/globals';
import { comparedArms } from './compared-arms.js';
import { compareRuns } from './compare.js';
import { comparableRuns } from './comparable.js';
import { imageMeasures } from './measures.js';
import { finished, image } from './testing/made-up.js';

const axes = { arms: ['ce', 'aoi'], baselines: ['ce'], data: ['d'], models: ['m'], seeds: [1, 2, 3, 4] };
const accuracy = imageMeasures.filter(({ key }) => key === 'accuracy');

/** Twenty good images of which so many are called defective. */
const withAlarms = (alarms: number) =>
  Array.from({ length: 20 }, (_, i) => image(String(i).padStart(2, '0'), 0, i < alarms ? 0.9 : 0.1));

const runs = (ce: readonly number[], aoi: readonly number[]) => [
  ...ce.map((alarms, i) => finished('ce', i + 1, withAlarms(alarms))),
  ...aoi.map((alarms, i) => finished('aoi', i + 1, withAlarms(alarms))),
];

const differenceOf = (...args: Parameters<typeof runs>) => {
  const [result] = compareRuns(runs(...args), accuracy, axes);
  return { cell: result!.cells[0]!, difference: result!.cells[0]!.differences[0]! };
};

describe('comparedArms', () => {
  it('are every arm with every baseline, and no pair twice', () => {
    expect(comparedArms(['ce', 'ceod', 'aoi'], ['ce'])).toEqual([['ceod', 'ce'], ['aoi', 'ce']]); // prettier-ignore
    expect(comparedArms(['ce', 'ceod', 'aoi'], ['ceod', 'ce'])).toEqual([
      ['ce', 'ceod'],
      ['aoi', 'ceod'],
      ['aoi', 'ce'],
    ]);
  });
});

describe('compareRuns', () => {
  it('finds a difference that holds in every seed', () => {
    const { cell, difference } = differenceOf([10, 11, 10, 9], [1, 2, 1, 2]);
    expect(cell).toMatchObject({ trainImages: 5, testImages: 2, arms: [{ arm: 'ce' }, { arm: 'aoi' }] });
    // Differences of 9, 9, 9 and 7 in 20: mean 0.425, deviation 0.05, t = 17 with 3 degrees of freedom.
    expect(difference.estimate).toMatchObject({
      n: 4,
      mean: expect.closeTo(0.425, 12),
      deviation: expect.closeTo(0.05, 12),
    });
    expect(difference.estimate?.p).toBeCloseTo(0.000443, 5);
    expect(difference.adjusted).toBe(difference.estimate?.p);
    expect(difference.signedRank).toBeCloseTo(1 / 8, 12);
    expect(difference.bootstrap?.interval.low).toBeGreaterThan(0.15);
    expect(difference).toMatchObject({ finding: 'better', seedsNeeded: null });
  });

  it('does not find one that changes its sign, and says how many seeds it would take', () => {
    const { difference } = differenceOf([5, 3, 5, 3], [3, 4, 4, 3]);
    expect(difference.finding).toBe('not shown');
    // Mean 0.025, deviation 0.0645: an effect of 0.387.
    expect(difference.seedsNeeded).toBe(55);
  });

  it('shows nothing by two seeds, by differences that are all the same, or by rounding', () => {
    expect(differenceOf([10, 11], [1, 2]).difference).toMatchObject({ finding: 'not shown', estimate: { n: 2 } });
    const same = differenceOf([3, 4, 5, 6], [2, 3, 4, 5]).difference;
    expect(same).toMatchObject({ finding: 'not shown', adjusted: null, seedsNeeded: null });
    // +1, +1 and -2 in 20: their mean is 0 but for rounding.
    expect(differenceOf([4, 4, 4], [3, 3, 6]).difference).toMatchObject({ finding: 'not shown', seedsNeeded: null });
  });

  it('does not take the luck of one test set for a difference, however many seeds share it', () => {
    const wrong = (from: number, to: number) =>
      Array.from({ length: 20 }, (_, i) => image(String(i).padStart(2, '0'), 0, i >= from && i < to ? 0.9 : 0.1));
    const seeds = Array.from({ length: 10 }, (_, i) => i + 1);
    const [result] = compareRuns(
      seeds.flatMap((seed) => [
        finished('ce', seed, wrong(0, seed === 1 ? 5 : 6)),
        finished('aoi', seed, wrong(14, 17)),
      ]),
      accuracy,
      { ...axes, seeds },
    );
    const [difference] = result!.cells[0]!.differences;
    // Six images against three: McNemar's p is 0.51.
    expect(difference).toMatchObject({ finding: 'not shown', seedsNeeded: null });
    expect(difference?.adjusted).toBeLessThan(0.001);
    expect(difference?.bootstrap?.interval.low).toBeLessThan(-0.05);
  });

  it('shows nothing that other test images might have turned', () => {
    // Each is wrong on other images, ce on one more, in one seed on two: t = 5 with 3 degrees of freedom, and mostly luck.
    const wrong = (from: number, to: number) =>
      Array.from({ length: 20 }, (_, i) => image(String(i).padStart(2, '0'), 0, i >= from && i < to ? 0.9 : 0.1));
    const [result] = compareRuns(
      [3, 3, 3, 4].flatMap((alarms, i) => [
        finished('ce', i + 1, wrong(0, alarms)),
        finished('aoi', i + 1, wrong(10, 12)),
      ]),
      accuracy,
      axes,
    );
    const [difference] = result!.cells[0]!.differences;
    expect(difference?.adjusted).toBeLessThan(0.05);
    expect(difference?.bootstrap?.interval.low).toBeLessThan(0);
    expect(difference?.finding).toBe('not shown');
  });

  it('corrects for the other comparisons of the measure', () => {
    const all = [1, 2, 3, 4].flatMap((seed) => [
      finished('ce', seed, withAlarms(8)),
      finished('aoi', seed, withAlarms(4 + (seed % 2))),
      finished('other', seed, withAlarms(8 + (seed % 2))),
    ]);
    const [result] = compareRuns(all, accuracy, { ...axes, arms: ['ce', 'aoi', 'other'] });
    const [aoi, other] = result!.cells[0]!.differences;
    expect(aoi?.adjusted).toBeCloseTo(2 * (aoi?.estimate?.p ?? 0), 12);
    expect(other).toMatchObject({ finding: 'not shown', adjusted: other?.estimate?.p });
  });

  it('compares the seeds that are there, shows nothing with one, and calls fewer false alarms better', () => {
    const { cell, difference } = differenceOf([10, 11], [1]);
    expect(difference).toMatchObject({ finding: 'not shown', adjusted: null, estimate: { n: 1 } });
    expect(cell.arms[1]?.values).toEqual([0.95, null, null, null]);
    const outside = imageMeasures.filter(({ key }) => key === 'outsideAlarms');
    expect(compareRuns(runs([1], [1]), outside, axes)).toEqual([]);
  });
});

describe('comparableRuns', () => {
  const first = finished('ce', 1, withAlarms(3));

  it('keeps runs on the same images', () => {
    const other = finished('aoi', 1, withAlarms(5));
    expect(comparableRuns([first, other])).toEqual({ comparable: [first, other], refused: [] });
  });

  it.each([
    ['other images', finished('aoi', 1, withAlarms(3).slice(1)), /tested on 19 images, the other on 20/],
    [
      'another image',
      finished('aoi', 1, [...withAlarms(3).slice(1), image('x', 0, 0)]),
      /different images, such as 01 and 00/,
    ],
    [
      'another label',
      finished('aoi', 1, [image('00', 1, 0), ...withAlarms(3).slice(1)]),
      /label the test image 00 differently/,
    ],
    ['another version', finished('aoi', 1, withAlarms(3), { foveate: '2' }), /made with foveate 2, the other with 1/],
  ])('refuses %s and says what differs', (_, other, message) => {
    const { comparable, refused } = comparableRuns([first, other]);
    expect(comparable).toEqual([first]);
    expect(refused).toEqual([expect.stringMatching(message)]);
  });
});
