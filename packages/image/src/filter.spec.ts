import { describe, expect, it } from '@jest/globals';
import type { Mask, Raster } from '@foveate/contracts';
import fc from 'fast-check';
import { connectedTo, convolve, distanceTo, equalizeLocally, throughJpeg } from './index.js';

const raster = (side: number, value: (x: number, y: number) => number): Raster => ({
  width: side,
  height: side,
  channels: 1,
  data: Uint8Array.from({ length: side * side }, (_, i) => value(i % side, Math.floor(i / side))),
});

describe('convolution', () => {
  it('spreads a point as the kernel says and keeps flat images', async () => {
    const kernel = { width: 3, height: 3, weights: [0, 1, 0, 1, 4, 0, 0, 0, 2] };
    const point = await convolve(
      raster(5, (x, y) => (x === 2 && y === 2 ? 240 : 0)),
      kernel,
    );
    // libvips correlates: the neighbour left of the point sees it to its right.
    expect([...point.data].filter((value) => value > 0)).toEqual([60, 120, 30, 30]);
    for (const value of [0, 77, 255]) {
      const flat = raster(6, () => value);
      expect(await convolve(flat, kernel)).toEqual(flat);
    }
  });
});

describe('local equalisation', () => {
  it('spreads a narrow range by its gain', () => {
    const ramp = raster(64, (x) => 120 + Math.floor(x / 8));
    const { data } = equalizeLocally(ramp, [1, 1], 4);
    // Seven steps of 4, and a little more from what was cut off.
    expect(Math.max(...data) - Math.min(...data)).toBeGreaterThanOrEqual(28);
    expect(Math.max(...data) - Math.min(...data)).toBeLessThan(36);
  });

  it('leaves an even histogram as it is', () => {
    const even = raster(16, (x, y) => y * 16 + x);
    const { data } = equalizeLocally(even, [1, 1], 8);
    for (const [i, value] of data.entries()) expect(Math.abs(value - (even.data[i] ?? 0))).toBeLessThanOrEqual(1);
  });

  it('works tile by tile, without seams', () => {
    // Left dark, right bright, both of low contrast.
    const halves = raster(64, (x, y) => (x < 32 ? 40 : 180) + ((x * 5 + y * 3) % 10));
    const { data } = equalizeLocally(halves, [4, 4], 5);
    const range = (from: number, to: number) => {
      const values = [...data].filter((_, i) => i % 64 >= from && i % 64 < to);
      return Math.max(...values) - Math.min(...values);
    };
    expect(range(0, 16)).toBeGreaterThan(30);
    expect(range(48, 64)).toBeGreaterThan(30);
    const flat = equalizeLocally(
      raster(30, () => 90),
      [3, 3],
      4,
    );
    expect(new Set(flat.data).size).toBe(1);
  });
});

it('JPEG keeps the size, comes near, and nearer at higher quality', async () => {
  const image = raster(24, (x, y) => (x * 37 + y * 91) % 256);
  const error = async (quality: number) => {
    const { data, ...rest } = await throughJpeg(image, quality);
    expect(rest).toEqual({ width: 24, height: 24, channels: 1 });
    return data.reduce((sum, value, i) => sum + Math.abs(value - (image.data[i] ?? 0)), 0) / data.length;
  };
  expect(await error(95)).toBeLessThan(await error(20));
  expect(await error(100)).toBeLessThan(3);
});

const masks = fc
  .record({ width: fc.integer({ min: 1, max: 12 }), height: fc.integer({ min: 1, max: 12 }) })
  .chain(({ width, height }) =>
    fc
      .uint8Array({ minLength: width * height, maxLength: width * height })
      .map((bytes): Mask => ({ width, height, channels: 1, data: bytes.map((byte) => (byte < 25 ? 255 : 0)) })),
  );

it('distance is that to the nearest pixel inside, at most 8% too long', () => {
  fc.assert(
    fc.property(masks, (mask) => {
      const inside = [...mask.data.keys()].filter((i) => mask.data[i] === 255);
      for (const [pixel, value] of distanceTo(mask).entries()) {
        const [x, y] = [pixel % mask.width, Math.floor(pixel / mask.width)];
        const exact = Math.min(
          ...inside.map((other) => Math.hypot((other % mask.width) - x, Math.floor(other / mask.width) - y)),
        );
        if (exact === Infinity) expect(value).toBe(Infinity);
        else {
          expect(value).toBeGreaterThanOrEqual(exact - 1e-4);
          expect(value).toBeLessThanOrEqual(exact * 1.0824 + 1e-4);
        }
      }
    }),
  );
});

it('the connected part of a pixel is closed under neighbours', () => {
  fc.assert(
    fc.property(masks, fc.nat(), (mask, seed) => {
      const start = seed % mask.data.length;
      const part = connectedTo(mask, start);
      expect(part.data[start]).toBe(mask.data[start]);
      for (const [pixel, value] of part.data.entries()) {
        if (value === 0) continue;
        expect(mask.data[pixel]).toBe(255);
        expect(connectedTo(mask, pixel)).toEqual(part);
      }
    }),
  );
  const corners: Mask = { width: 3, height: 2, channels: 1, data: Uint8Array.of(255, 0, 255, 0, 255, 0) };
  expect(connectedTo(corners, 0)).toEqual(corners);
});
