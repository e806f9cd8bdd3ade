/** Measures of heatmaps against counting by hand. */
import { describe, expect, it } from '@jest/globals';
import { random, type Mask, type Raster } from '@foveate/contracts';
import { areaUnder, hottestFirst, impute, massInside, overlapAbove, overlapOfHottest, pointsInside, removalScores } from './index.js'; // prettier-ignore

const mask = (...inside: readonly number[]): Mask => ({ width: 3, height: 2, channels: 1, data: Uint8Array.from(inside, (value) => value * 255) }); // prettier-ignore
const heat = Float32Array.of(1, 4, 2, 0, 3, 0);
const cold = new Float32Array(6);

describe('places', () => {
  it('count heat, its hottest pixel and its hottest pixels inside', () => {
    const area = mask(1, 1, 0, 1, 0, 0);
    expect(massInside(heat, area)).toBeCloseTo(0.5);
    expect([pointsInside(heat, area), pointsInside(heat, mask(1, 0, 1, 1, 1, 1))]).toEqual([true, false]);
    // At least 2 have pixels 1, 2 and 4; one of five lies in both.
    expect(overlapAbove(heat, area)).toBeCloseTo(1 / 5);
    expect(overlapAbove(heat, area, 1)).toBeCloseTo(1 / 3);
    expect(overlapOfHottest(hottestFirst(heat, 1), area)).toBeCloseTo(1 / 5);
    expect(overlapOfHottest(hottestFirst(heat, 1), mask(0, 1, 1, 0, 1, 0))).toBe(1);
  });

  it('are not defined without heat, or without anything inside', () => {
    const [all, none] = [mask(1, 1, 1, 1, 1, 1), mask(0, 0, 0, 0, 0, 0)];
    expect([massInside(cold, all), pointsInside(cold, all), overlapAbove(cold, all)]).toEqual([null, null, null]);
    expect([massInside(heat, none), pointsInside(heat, none), overlapAbove(heat, none)]).toEqual([0, false, 0]);
    expect(overlapOfHottest(hottestFirst(heat, 1), none)).toBeNull();
  });
});

describe('hottestFirst', () => {
  it('puts pixels of one heat in an order of its own for each seed', () => {
    expect([...hottestFirst(heat, 1)].slice(0, 4)).toEqual([1, 4, 2, 0]);
    const even = (seed: number) => hottestFirst(new Float32Array(50), seed).join();
    expect(even(1)).toBe(even(1));
    expect(even(1)).not.toBe(even(2));
  });
});

describe('impute', () => {
  const side = 9;
  const ramp: Raster = { width: side, height: side, channels: 1, data: Uint8Array.from({ length: side ** 2 }, (_, i) => 40 + 20 * (i % side)) }; // prettier-ignore

  it('continues a slope into what is removed, but for noise', () => {
    const removed = Uint8Array.from({ length: side ** 2 }, (_, i) => Number(i % side > 1 && i % side < 7 && i > side && i < side * 8)); // prettier-ignore
    const filled = impute(ramp, removed, random(1));
    filled.data.forEach((value, i) => {
      expect(Math.abs(value - ramp.data[i]!)).toBeLessThanOrEqual(removed[i] === 1 ? 12 : 0);
    });
    const error = filled.data.reduce((sum, value, i) => sum + value - ramp.data[i]!, 0);
    expect(Math.abs(error / removed.reduce((sum, one) => sum + one, 0))).toBeLessThan(1.5);
  });

  it('becomes the mean where all is removed', () => {
    const filled = impute(ramp, new Uint8Array(side ** 2).fill(1), random(1));
    expect(filled.data.reduce((sum, value) => sum + value, 0) / side ** 2).toBeCloseTo(120, -1);
  });
});

describe('removal', () => {
  /** A bright quarter on black, and a score that is how bright it is. */
  const side = 16;
  const isBright = (pixel: number) => pixel % side < side / 2 && pixel < side ** 2 / 2;
  const image: Raster = { width: side, height: side, channels: 1, data: Uint8Array.from({ length: side ** 2 }, (_, i) => (isBright(i) ? 200 : 0)) }; // prettier-ignore
  const score = ({ data }: Raster) => Promise.resolve(data.reduce((sum, value, i) => sum + (isBright(i) ? value : 0), 0) / 200 / 64); // prettier-ignore
  const right = Float32Array.from({ length: side ** 2 }, (_, i) => Number(isBright(i)));

  it('is what counting gives', async () => {
    // The mean is 50. The quarter goes from 1 to 0.25 while the first four of 16 steps take it.
    const { deletion, insertion } = await removalScores(image, right, score, { seed: 1, shares: [] });
    expect(deletion).toBeCloseTo((0.5 + 0.8125 + 0.625 + 0.4375 + 11.5 * 0.25 + 0.25) / 16, 1);
    expect(insertion).toBeGreaterThan(0.85);
    expect(areaUnder([1, 0, 0])).toBe(0.25);
  });

  it('tells a heatmap that is right from one that is wrong', async () => {
    const wrong = right.map((value) => 1 - value);
    const [good, bad] = [await removalScores(image, right, score, { seed: 1 }), await removalScores(image, wrong, score, { seed: 1 })]; // prettier-ignore
    expect(good.deletion).toBeLessThan(bad.deletion - 0.3);
    expect(good.insertion).toBeGreaterThan(bad.insertion + 0.2);
    expect(good.road).toBeGreaterThan(0.3);
    expect(bad.road).toBeLessThan(-0.3);
  });
});
