import { describe, expect, it } from '@jest/globals';
import { meanEstimate, pairsNeeded, studentQuantile, studentUpperTail } from './student.js';

describe("Student's t", () => {
  // Critical values as printed tables have them, 97.5%.
  it.each([
    [1, 12.7062],
    [2, 4.30265],
    [3, 3.18245],
    [4, 2.77645],
    [9, 2.26216],
    [10, 2.22814],
    [30, 2.04227],
    [120, 1.97993],
  ])('has its 97.5%% point with %d degrees of freedom at %d', (freedom, critical) => {
    expect(studentQuantile(0.975, freedom)).toBeCloseTo(critical, 4);
    expect(studentUpperTail(critical, freedom)).toBeCloseTo(0.025, 6);
    expect(studentQuantile(0.025, freedom)).toBeCloseTo(-critical, 4);
  });

  it('is the Cauchy distribution with one degree of freedom', () => {
    for (const t of [-3, -0.5, 0, 0.2, 1, 7])
      expect(studentUpperTail(t, 1)).toBeCloseTo(0.5 - Math.atan(t) / Math.PI, 14);
  });

  it('has no fractions of a degree of freedom', () => {
    expect(() => studentUpperTail(1, 1.5)).toThrow(RangeError);
    expect(() => studentQuantile(1, 3)).toThrow(RangeError);
  });
});

describe('meanEstimate', () => {
  // Student's own example (1908): hours of sleep gained with the second drug over the first, ten patients.
  const sleep = [1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4];

  it("finds what Student found in Cushny and Peebles' patients", () => {
    const { n, mean, deviation, interval, p } = meanEstimate(sleep);
    expect([n, mean]).toEqual([10, expect.closeTo(1.58, 12)]);
    expect(deviation).toBeCloseTo(1.229995, 5);
    expect(p).toBeCloseTo(0.002833, 6);
    expect(interval).toEqual({ low: expect.closeTo(0.7001142, 6), high: expect.closeTo(2.4598858, 6) });
  });

  it('says nothing of the spread of one value', () => {
    expect(meanEstimate([0.3])).toEqual({ n: 1, mean: 0.3, deviation: null, interval: null, p: null });
  });

  it('says nothing of the spread of values that are all the same', () => {
    expect(meanEstimate([0, 0, 0])).toEqual({ n: 3, mean: 0, deviation: 0, interval: null, p: 1 });
    const same = { n: 3, mean: expect.closeTo(0.1, 12), deviation: 0, interval: null, p: null };
    expect(meanEstimate([0.1, 0.1, 0.1])).toEqual(same);
    // 0.1 + 0.2 is a little more than 0.3.
    expect(meanEstimate([0.1 + 0.2, 0.3])).toMatchObject({ deviation: 0, p: null });
  });

  it('refuses what has no mean', () => {
    expect(() => meanEstimate([])).toThrow(RangeError);
    expect(() => meanEstimate([1, NaN])).toThrow(RangeError);
    expect(() => meanEstimate([1, 2], 1)).toThrow(RangeError);
  });
});

describe('pairsNeeded', () => {
  // Cohen's medium effect: 34 pairs by the exact noncentral t.
  it('is what tables of power say', () => {
    expect(pairsNeeded(0.5)).toBe(34);
    expect(pairsNeeded(-0.5)).toBe(34);
    expect(pairsNeeded(0.8)).toBe(15);
    expect(pairsNeeded(0.2)).toBe(199);
    expect(pairsNeeded(10)).toBe(2);
  });

  it('cannot show nothing', () => {
    expect(() => pairsNeeded(0)).toThrow(RangeError);
  });
});
