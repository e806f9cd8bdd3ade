import { describe, expect, it } from '@jest/globals';
import { rankCorrelation } from './index.js';

describe('rankCorrelation', () => {
  it('is that of a textbook: hours of television and IQ of ten people', () => {
    const iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110];
    const hours = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17];
    // Squares of the differences of ranks sum up to 194: 1 - 6 * 194 / (10 * 99).
    expect(rankCorrelation(iq, hours)).toBeCloseTo(-29 / 165, 12);
  });

  it('gives ties their mean rank', () => {
    // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 / sqrt(4.5 * 5).
    expect(rankCorrelation([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12);
    expect(rankCorrelation([1, 2, 3], [-5, -4, 9])).toBeCloseTo(1, 12);
    expect(rankCorrelation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
  });

  it('is not defined for what is all the same, and refuses what cannot be ranked', () => {
    expect(rankCorrelation([0, 0, 0], [1, 2, 3])).toBeNull();
    expect(rankCorrelation([], [])).toBeNull();
    expect(() => rankCorrelation([1], [1, 2])).toThrow(RangeError);
    expect(() => rankCorrelation([NaN, 1], [1, 2])).toThrow(RangeError);
  });
});
