/** The loops in WebAssembly against their definitions, at sizes that their steps do not divide. */
import { expect, it } from '@jest/globals';
import type { Raster } from '@foveate/contracts';
import fc from 'fast-check';
import { flipHorizontal, hash32, lightened, sharesOf, withNoise } from './index.js';

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
      sharesOf(bytes, into);
      expect(into).toEqual(Float32Array.from(bytes, (value) => value / 255));
    }),
  );
});
