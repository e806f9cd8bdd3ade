import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fillSmoothly } from './index.js';

const one = (width: number, height: number) => ({ width, height, channels: 1 });

describe('fillSmoothly', () => {
  it('carries a constant on everywhere, and keeps what is known', () => {
    const weights = Float32Array.from({ length: 35 }, (_, i) => Number(i === 17));
    const values = Float32Array.from({ length: 35 }, (_, i) => (i === 17 ? 5 : 99));
    expect([...fillSmoothly(values, weights, one(7, 5))]).toEqual(Array.from({ length: 35 }, () => 5));
  });

  it('goes over smoothly between two values', () => {
    // 0 at the left edge of a row of 16, 8 at its right edge.
    const weights = Float32Array.from({ length: 16 }, (_, i) => Number(i === 0 || i === 15));
    const values = Float32Array.from({ length: 16 }, (_, i) => (i === 15 ? 8 : 0));
    const filled = [...fillSmoothly(values, weights, one(16, 1))];
    expect([filled[0], filled[15]]).toEqual([0, 8]);
    expect(filled[1]!).toBeLessThan(1);
    expect(filled[14]!).toBeGreaterThan(7);
    filled.slice(1).forEach((value, i) => {
      expect(value).toBeGreaterThanOrEqual(filled[i]!);
      expect(value - filled[i]!).toBeLessThan(2);
    });
  });

  it('keeps channels apart, and is 0 where nothing is known', () => {
    const filled = fillSmoothly(Float32Array.of(1, 2, 0, 0), Float32Array.of(1, 0), {
      width: 2,
      height: 1,
      channels: 2,
    });
    expect([...filled]).toEqual([1, 2, 1, 2]);
    expect([...fillSmoothly(new Float32Array(6).fill(7), new Float32Array(6), one(3, 2))]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('stays within what is known', () => {
    const size = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(
        size,
        size,
        fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 400, maxLength: 400 }),
        (width, height, drawn) => {
          const values = Float32Array.from(drawn.slice(0, width * height));
          const weights = values.map((value) => Number(value % 3 === 0));
          const known = values.filter((_, i) => weights[i] === 1);
          if (known.length === 0) return;
          const filled = fillSmoothly(values, weights, one(width, height));
          const [low, high] = [Math.min(...known) - 1e-4, Math.max(...known) + 1e-4];
          expect(filled.every((value) => value >= low && value <= high)).toBe(true);
          expect(filled.every((value, i) => weights[i] === 0 || value === values[i])).toBe(true);
        },
      ),
    );
  });
});
