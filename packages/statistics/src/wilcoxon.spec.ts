import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hodgesLehmann, signedRankTest } from './index.js';

// Hollander and Wolfe, Nonparametric Statistical Methods (1973), p. 29: depression of nine patients before and after.
const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
const depression = before.map((value, i) => value - (after[i] as number));

/** All signs, one after the other. */
function byEnumeration(differences: readonly number[]): number {
  const sizes = differences.filter((d) => d !== 0).map(Math.abs);
  const rank = (d: number) =>
    sizes.filter((size) => size < d).length + (sizes.filter((size) => size === d).length + 1) / 2;
  const ranks = sizes.map(rank);
  const sum = (positive: (i: number) => boolean) => ranks.reduce((total, r, i) => total + (positive(i) ? r : 0), 0);
  const signs = differences.filter((d) => d !== 0).map((d) => d > 0);
  const [seen, all] = [sum((i) => signs[i] === true), sum(() => true)];
  const extreme = Math.min(seen, all - seen);
  let count = 0;
  for (let bits = 0; bits < 2 ** ranks.length; bits++) if (sum((i) => ((bits >> i) & 1) === 1) <= extreme) count++;
  return Math.min(1, (2 * count) / 2 ** ranks.length);
}

describe('signedRankTest', () => {
  it('gives the published value', () => {
    // One-sided 0.020 in the book.
    expect(signedRankTest(depression)).toEqual({ n: 9, statistic: 40, p: expect.closeTo(0.0390625, 12) });
  });

  it('equals the enumeration, ties and zeros included', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -4, max: 4 }), { maxLength: 9 }), (differences) => {
        expect(signedRankTest(differences).p).toBeCloseTo(byEnumeration(differences), 12);
        expect(signedRankTest(differences.map((d) => -d)).p).toBeCloseTo(signedRankTest(differences).p, 12);
      }),
    );
  });

  it('takes for ties what rounding alone tells apart', () => {
    // Six steps of 0.05, five up and one down: (6 + 1) of 64 sums on either side.
    expect(signedRankTest([...Array<number>(5).fill(0.9 - 0.85), 0.8 - 0.85]).p).toBeCloseTo(14 / 64, 12);
    expect(signedRankTest([0.3 - 0.2 - 0.1, 0.1]).n).toBe(1);
  });

  it('says nothing without differences, and little with five', () => {
    expect(signedRankTest([0, 0])).toEqual({ n: 0, statistic: 0, p: 1 });
    expect(signedRankTest([1, 2, 3, 4, 5]).p).toBe(1 / 16);
    expect(() => signedRankTest([NaN])).toThrow(RangeError);
  });

  it('goes over into the normal approximation', () => {
    const differences = Array.from({ length: 51 }, (_, i) => (i % 3 === 0 ? -1 : 1) * (i + 1));
    // Ways to reach each sum of ranks, as floating numbers.
    const chance = new Float64Array(1 + (51 * 52) / 2).fill(1, 0, 1);
    for (let rank = 1; rank <= 51; rank++) {
      for (let sum = chance.length - 1; sum >= 0; sum--) chance[sum] = (chance[sum]! + (chance[sum - rank] ?? 0)) / 2;
    }
    const { statistic, p } = signedRankTest(differences);
    const extreme = Math.min(statistic, chance.length - 1 - statistic);
    const exact = 2 * chance.subarray(0, extreme + 1).reduce((sum, one) => sum + one, 0);
    expect(p / exact).toBeGreaterThan(0.95);
    expect(p / exact).toBeLessThan(1.05);
  });
});

describe('hodgesLehmann', () => {
  it('is the middle of the means of pairs', () => {
    expect(hodgesLehmann([1, 2, 6]).estimate).toBe((2 + 3.5) / 2);
    expect(hodgesLehmann([1, 2, 3, 4, 5])).toEqual({
      estimate: 3,
      interval: { low: -Infinity, high: Infinity },
      level: 1,
    });
    expect(hodgesLehmann([1, 2, 3, 4, 5, 6])).toEqual({
      estimate: 3.5,
      interval: { low: 1, high: 6 },
      level: 1 - 2 / 64,
    });
    expect(hodgesLehmann([]).estimate).toBeNull();
  });

  it('has the interval of values that the test does not refuse', () => {
    const { interval, level, estimate } = hodgesLehmann(depression);
    expect(estimate).toBeCloseTo(0.46, 2);
    expect(level).toBeGreaterThanOrEqual(0.95);
    const p = (shift: number) => signedRankTest(depression.map((d) => d - shift)).p;
    expect(p(interval.low + 1e-7)).toBeGreaterThan(0.05);
    expect(p(interval.high - 1e-7)).toBeGreaterThan(0.05);
    expect(p(interval.low - 1e-7)).toBeLessThanOrEqual(0.05);
    expect(p(interval.high + 1e-7)).toBeLessThanOrEqual(0.05);
  });
});
