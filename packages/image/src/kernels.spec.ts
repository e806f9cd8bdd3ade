/** The loops in WebAssembly against their definitions, at sizes that their steps do not divide. */
import { expect, it } from '@jest/globals';
import type { Raster } from '@foveate/contracts';
import fc from 'fast-check';
import { blended, distanceTo, flipHorizontal, hash32, lightened, bytesToUnitFloats, withNoise } from './index.js';

/** Rasters of up to 41 x 5 pixels. */
const rasters = fc
  .record({ width: fc.integer({ min: 1, max: 41 }), height: fc.integer({ min: 1, max: 5 }), grey: fc.boolean() })
  .chain(({ width, height, grey }) => {
    const channels = grey ? 1 : 3;
    const length = width * height * channels;
    return fc
      .uint8Array({ minLength: length, maxLength: length })
      .map((data): Raster => ({ width, height, channels, data }));
  });

/** Rounded to even and cut to [0, 255]. */
const byte = (value: number) => Uint8ClampedArray.of(value)[0] ?? 0;
const { fround } = Math;

it('mirrors rows', () => {
  fc.assert(
    fc.property(rasters, (raster) => {
      const { width, channels, data } = raster;
      const from = (at: number) => {
        const [row, column] = [Math.floor(at / (width * channels)), Math.floor(at / channels) % width];
        return data[(row * width + width - 1 - column) * channels + (at % channels)] ?? 0;
      };
      expect(flipHorizontal(raster)).toEqual({ ...raster, data: data.map((_, at) => from(at)) });
    }),
  );
});

it('lightens', () => {
  fc.assert(
    fc.property(rasters, fc.constantFrom<0 | 255>(0, 255), fc.integer(), (raster, towards, seed) => {
      const { width, height, channels, data } = raster;
      const factors = Float32Array.from({ length: width * height }, (_, i) => (hash32(seed, i) / 2 ** 32) * 3 - 1);
      const result = lightened(raster, towards, (into) => into.set(factors));
      const expected = (value: number, at: number) =>
        byte(fround(towards + fround((factors[Math.floor(at / channels)] ?? 0) * (value - towards))));
      expect(result).toEqual({ ...raster, data: data.map(expected) });
    }),
  );
});

it('adds noise', () => {
  const deviates = Float32Array.from({ length: 1024 }, (_, i) => (i - 511.5) / 300);
  const spread = Float32Array.from({ length: 256 }, (_, v) => 5 + v / 4);
  fc.assert(
    fc.property(rasters, fc.nat({ max: 2 ** 32 - 1 }), (raster, seed) => {
      const { channels, data } = raster;
      const expected = (value: number, at: number) => {
        const number = (hash32(seed, Math.floor(at / channels)) >>> (10 * (at % channels))) & 1023;
        return byte(fround(value + fround((deviates[number] ?? 0) * (spread[value] ?? 0))));
      };
      expect(withNoise(raster, seed, deviates, spread)).toEqual({ ...raster, data: data.map(expected) });
    }),
  );
});

it('scales bytes of any number', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const into = new Float32Array(bytes.length);
      bytesToUnitFloats(bytes, into);
      expect(into).toEqual(Float32Array.from(bytes, (value) => value / 255));
    }),
  );
});

it('blends', () => {
  fc.assert(
    fc.property(
      rasters,
      fc.integer(),
      fc.tuple(fc.double({ min: -300, max: 300, noNaN: true }), fc.double({ min: -2, max: 2, noNaN: true })),
      (raster, seed, [red, green]) => {
        const under = {
          ...raster,
          channels: 3 as const,
          data: Uint8Array.from({ length: 3 * raster.width * raster.height }, (_, i) => hash32(seed, i) & 255),
        };
        const over = under.data.map((_, i) => hash32(seed + 1, i) & 255);
        // A quarter none, a quarter all.
        const cover = Float32Array.from({ length: under.data.length / 3 }, (_, i) =>
          Math.min(1, Math.max(0, (hash32(seed + 2, i) / 2 ** 32) * 2 - 0.5)),
        );
        const shift = [red, green, 0] as const;
        const expected = under.data.map((below, at) => {
          const share = cover[Math.floor(at / 3)] ?? 0;
          return Math.floor(
            Math.min(255, Math.max(0, below + share * ((over[at] ?? 0) + (shift[at % 3] ?? 0) - below) + 0.5)),
          );
        });
        expect(blended(under, over, cover, { shift })).toEqual({ ...under, data: expected });
      },
    ),
  );
});

it('measures distances in steps to neighbours', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer(),
      fc.integer({ min: 0, max: 4 }),
      (width, height, seed, rare) => {
        const data = Uint8Array.from({ length: width * height }, (_, i) =>
          hash32(seed, i) % (rare * 8 + 1) === 0 && rare > 0 ? 255 : 0,
        );
        // Relaxed until nothing changes.
        const expected = Float64Array.from(data, (value) => (value === 0 ? Infinity : 0));
        for (let changed = true; changed;) {
          changed = false;
          for (let pixel = 0; pixel < expected.length; pixel++) {
            const [x, y] = [pixel % width, Math.floor(pixel / width)];
            for (const [dx, dy] of [
              [1, 0],
              [-1, 0],
              [0, 1],
              [0, -1],
              [1, 1],
              [1, -1],
              [-1, 1],
              [-1, -1],
            ] as const) {
              if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) continue;
              const way = (expected[(y + dy) * width + x + dx] ?? Infinity) + Math.hypot(dx, dy);
              if (way < (expected[pixel] ?? 0) - 1e-9) [expected[pixel], changed] = [way, true];
            }
          }
        }
        distanceTo({ width, height, channels: 1, data }).forEach((value, at) =>
          expect(value).toBeCloseTo(expected[at] ?? 0, 4),
        );
      },
    ),
  );
});
