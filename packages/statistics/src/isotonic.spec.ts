import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { interpolated, isotonicFit } from './isotonic.js';

describe('isotonicFit', () => {
  it('keeps what rises and pools what falls', () => {
    const fit = isotonicFit([
      { x: 1, y: 1 },
      { x: 2, y: 3 },
      { x: 3, y: 2 },
      { x: 4, y: 4 },
    ]);
    expect(fit).toEqual([
      [1, 1],
      [2.5, 2.5],
      [4, 4],
    ]);
  });

  it('counts weights, and gives equal places one value', () => {
    expect(
      isotonicFit([
        { x: 1, y: 0 },
        { x: 1, y: 1, weight: 3 },
      ]),
    ).toEqual([[1, 0.75]]);
  });

  it('never falls and stays within what was seen, whatever was seen', () => {
    const observation = fc.record({
      x: fc.double({ min: 0, max: 1, noNaN: true }),
      y: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.array(observation, { minLength: 1, maxLength: 30 }),
        fc.array(fc.double({ min: -1, max: 2, noNaN: true })),
        (seen, at) => {
          const fit = isotonicFit(seen);
          const values = [...at].sort((a, b) => a - b).map((x) => interpolated(fit, x));
          const [least, most] = [Math.min(...seen.map(({ y }) => y)), Math.max(...seen.map(({ y }) => y))];
          values.forEach((value, index) => {
            expect(value).toBeGreaterThanOrEqual(least - 1e-9);
            expect(value).toBeLessThanOrEqual(most + 1e-9);
            expect(value).toBeGreaterThanOrEqual((values[index - 1] ?? value) - 1e-9);
          });
        },
      ),
    );
  });

  it('refuses what is no number', () => {
    expect(() => isotonicFit([{ x: Number.NaN, y: 0 }])).toThrow(RangeError);
    expect(() => interpolated([], 0)).toThrow(RangeError);
    expect(() => interpolated([[0, 1]], NaN)).toThrow(RangeError);
  });
});
