import { describe, expect, it } from '@jest/globals';
import { wilsonInterval } from './index.js';

describe('wilsonInterval', () => {
  it('solves (p̂ − p)² = z² p (1 − p) / n', () => {
    for (const [successes, n, level, z] of [
      [81, 263, 0.95, 1.959963984540054],
      [15, 148, 0.95, 1.959963984540054],
      [38, 40, 0.99, 2.575829303548901],
    ] as const) {
      for (const p of Object.values(wilsonInterval(successes, n, level))) {
        expect((successes / n - p) ** 2).toBeCloseTo((z * z * p * (1 - p)) / n, 14);
      }
    }
  });

  // Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('gives the published limits of %d of %d', (successes, n, low, high) => {
    const interval = wilsonInterval(successes, n);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it('reaches the ends exactly and knows nothing without trials', () => {
    expect(wilsonInterval(0, 7).low).toBe(0);
    expect(wilsonInterval(7, 7).high).toBe(1);
    expect(wilsonInterval(7, 7).low).toBeCloseTo(7 / (7 + 1.959963984540054 ** 2), 14);
    expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 });
  });

  it('refuses impossible counts', () => {
    expect(() => wilsonInterval(3, 2)).toThrow('3 successes in 2 trials');
    expect(() => wilsonInterval(-1, 2)).toThrow(RangeError);
    expect(() => wilsonInterval(0.5, 2)).toThrow('successes is 0.5');
    expect(() => wilsonInterval(1, 2, 1)).toThrow(RangeError);
  });
});
