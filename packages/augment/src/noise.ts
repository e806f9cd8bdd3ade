import { withNoise } from '@foveate/image';
import { normalQuantile } from '@foveate/statistics';
import { z } from 'zod';
import { definePhotometric, probability } from './define.js';

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
    return withNoise(image, seed, deviates, spread, memory);
  },
});
