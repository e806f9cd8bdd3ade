import { describe, expect, it } from '@jest/globals';
import type { Mask, Raster } from '@foveate/contracts';
import { overlay } from './overlay.js';

const size = 40;
const grey = (value: (x: number, y: number) => number, channels: 1 | 3): Raster => ({
  width: size,
  height: size,
  channels,
  data: Uint8Array.from({ length: size * size * channels }, (_, i) => {
    const pixel = Math.floor(i / channels);
    return value(pixel % size, Math.floor(pixel / size));
  }),
});
const heat = (value: (x: number) => number) => ({
  width: size,
  height: size,
  data: Float32Array.from({ length: size * size }, (_, i) => value(i % size)),
});
const area = (isInside: (x: number) => boolean): Mask => ({ ...grey((x) => (isInside(x) ? 255 : 0), 1), channels: 1 });
const image = grey(() => 100, 3);
const pixel = ({ data }: Raster, x: number, y: number) => [
  ...data.subarray((y * size + x) * 3, (y * size + x) * 3 + 3),
];

describe('overlay', () => {
  it('leaves the image where there is no heat, and covers it with inferno where there is', async () => {
    const laid = await overlay({ image, heatmap: heat((x) => (x < 20 ? 0 : 3)) });
    expect(pixel(laid, 2, 20)).toEqual([100, 100, 100]);
    // The last colour of inferno is (252, 255, 164), of which 72% cover the image.
    expect(pixel(laid, 38, 20)).toEqual([252, 255, 164].map((value) => Math.round(0.28 * 100 + 0.72 * value)));
  });

  it('outlines the area within it, also where it ends with the picture', async () => {
    const cold = heat(() => 0);
    const band = await overlay({ image, heatmap: cold, aoi: area((x) => x >= 10 && x < 30) });
    expect([9, 10, 11, 12].map((x) => pixel(band, x, 20)[0])).toEqual([100, 255, 25, 100]);
    const whole = await overlay({ image, heatmap: cold, aoi: area(() => true) });
    for (const [x, y] of [
      [0, 20],
      [39, 20],
      [20, 0],
      [20, 39],
    ] as const)
      expect(pixel(whole, x, y)[0]).toBe(255);
    expect(pixel(whole, 20, 20)).toEqual([100, 100, 100]);
  });
});
