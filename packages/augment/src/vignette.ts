import { z } from 'zod';
import { definePhotometric, probability } from './define.js';
import { lit } from './_light.js';

/** Darkens away from a point near the middle: v' = v (1 - strength d²), d = 1 half a diagonal away. */
export const vignette = definePhotometric({
  id: 'vignette',
  summary: 'Darkens towards the corners.',
  options: z.strictObject({
    strength: z.number().min(0).max(1).default(0.4).describe('Largest loss of light half a diagonal away.'),
    offset: z.number().min(0).max(0.5).default(0.1).describe('Largest distance of the bright point from the middle.'),
    probability: probability(),
  }),
  draw: (random, { strength, offset }) => ({
    x: 0.5 + random.uniform(-offset, offset),
    y: 0.5 + random.uniform(-offset, offset),
    strength: random.uniform(0, strength),
  }),
  change: (image, { x: cx, y: cy, strength }, memory) =>
    lit(image, 0, (x, y) => Math.max(0, 1 - 2 * strength * ((x - cx) ** 2 + (y - cy) ** 2)), memory),
});
