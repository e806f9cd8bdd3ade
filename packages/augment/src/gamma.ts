import { z } from 'zod';
import { definePhotometric, probability } from './define.js';
import { withTones } from './_tones.js';

/** Bends the tone curve: v' = 255 (v / 255)^exponent. */
export const gamma = definePhotometric({
  id: 'gamma',
  summary: 'Brightens or darkens the middle tones.',
  options: z.strictObject({
    limit: z
      .number()
      .min(1)
      .max(5)
      .default(1.3)
      .describe('Largest exponent; the smallest is 1/limit, and both ways are equally likely.'),
    probability: probability(),
  }),
  draw: (random, { limit }) => ({ exponent: Math.exp(Math.log(limit) * random.uniform(-1, 1)) }),
  change: (image, { exponent }, memory) => withTones(image, (value) => 255 * (value / 255) ** exponent, memory),
});
