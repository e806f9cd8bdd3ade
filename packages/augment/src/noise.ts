import type { Raster } from '@foveate/contracts';
import { normalQuantile } from '@foveate/statistics';
import { z } from 'zod';
import { definePhotometric, probability } from './_define.js';
import { hash32 } from './_hash.js';

/** Standard normal deviates, all equally likely: 1024 quantiles. */
const deviates = Float32Array.from({ length: 1024 }, (_, i) => normalQuantile((i + 0.5) / 1024));

/**
 * Noise of a camera: each channel of each pixel gets a normal deviate of variance read² + shot² v / 255 (in shares of
 * the full range), as photons are counted and then read out. One hash of the pixel gives the three deviates.
 */
export const noise = definePhotometric({
  id: 'noise',
  summary: 'Adds the noise of a camera.',
  options: z.strictObject({
    shot: z.number().min(0).max(0.5).default(0.03).describe('Largest standard deviation of photon noise in white.'),
    read: z.number().min(0).max(0.5).default(0.01).describe('Largest standard deviation of read-out noise.'),
    probability: probability(),
  }),
  draw: (random, { shot, read }) => ({
    seed: random.uint32(),
    shot: random.uniform(0, shot),
    read: random.uniform(0, read),
  }),
  change: (image, { seed, shot, read }, memory) => {
    const spread = Float32Array.from({ length: 256 }, (_, v) => 255 * Math.sqrt(read * read + (shot * shot * v) / 255));
    const bytes = memory(image.data.length);
    addNoise(image, seed, spread, new Uint8ClampedArray(bytes.buffer, bytes.byteOffset, bytes.length));
    return { ...image, data: bytes };
  },
});

/** Three deviates a pixel, written out: a loop over them takes twice the time. */
function addNoise({ data, channels }: Raster, seed: number, spread: Float32Array, result: Uint8ClampedArray): void {
  // In a grey raster all three are the one, and the first is written last.
  const [second, third] = channels === 3 ? [1, 2] : [0, 0];
  for (let at = 0, pixel = 0; at < data.length; at += channels, pixel++) {
    const bits = hash32(seed, pixel);
    const [a, b, c] = [data[at] as number, data[at + second] as number, data[at + third] as number];
    result[at + third] = c + (deviates[(bits >>> 20) & 1023] as number) * (spread[c] as number);
    result[at + second] = b + (deviates[(bits >>> 10) & 1023] as number) * (spread[b] as number);
    result[at] = a + (deviates[bits & 1023] as number) * (spread[a] as number);
  }
}
