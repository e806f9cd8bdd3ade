import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { criticalValue, normalQuantile, normalUpperTail } from './index.js';

describe('normalUpperTail', () => {
  // erfc(z / √2) / 2 of the C library.
  it.each([
    [0, 0.5],
    [0.5, 0.3085375387259869],
    [1, 0.15865525393145707],
    [2.4, 0.008197535924596138],
    [2.5, 0.006209665325776139],
    [2.6, 0.004661188023718751],
    [5, 2.866515718791946e-7],
    [10, 7.619853024160593e-24],
    [30, 4.906713927148764e-198],
  ])('of %d', (z, expected) => {
    expect(normalUpperTail(z) / expected).toBeCloseTo(1, 11);
    expect(normalUpperTail(-z)).toBeCloseTo(1 - expected, 14);
  });

  it('has no step where the series meets the fraction', () => {
    const slope = normalUpperTail(2.5 - 1e-9) - normalUpperTail(2.5 + 1e-9);
    expect(slope).toBeCloseTo((2e-9 * Math.exp(-3.125)) / Math.sqrt(2 * Math.PI), 14);
  });
});

describe('normalQuantile', () => {
  it('knows the tabulated values', () => {
    expect(criticalValue(0.95)).toBeCloseTo(1.959963984540054, 13);
    expect(criticalValue(0.99)).toBeCloseTo(2.575829303548901, 13);
    expect(normalQuantile(1e-10)).toBeCloseTo(-6.361340902404056, 12);
    expect(normalQuantile(0.5)).toBe(0);
  });

  it('inverts the tail', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 0.5, noNaN: true }), (p) => {
        expect(normalUpperTail(-normalQuantile(p)) / p).toBeCloseTo(1, 9);
      }),
    );
  });

  it('refuses what is no probability', () => {
    for (const p of [0, 1, -0.1, NaN]) expect(() => normalQuantile(p)).toThrow(RangeError);
    expect(() => criticalValue(95)).toThrow(/confidence level between 0 and 1/);
  });
});
