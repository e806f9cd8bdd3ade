import { z } from 'zod';
import { definePhotometric, probability } from './define.js';
import { lit } from './_light.js';

/**
 * A reflection of a lamp: v' = v + a (255 - v), a a Gaussian spot, longer than wide, of height `strength`. Surfaces that
 * shine show such spots anywhere.
 */
export const glare = definePhotometric({
  id: 'glare',
  summary: 'Adds the reflection of a lamp.',
  options: z.strictObject({
    strength: z.number().min(0).max(1).default(0.7).describe('Largest share of white in the middle of the spot.'),
    size: z.number().min(0.01).max(1).default(0.2).describe('Largest standard deviation, as a share of the image.'),
    probability: probability(0.3),
  }),
  draw: (random, { strength, size }) => ({
    x: random.float(),
    y: random.float(),
    angle: random.uniform(0, 180),
    length: random.uniform(size / 4, size),
    // From a quarter as wide as long to round.
    roundness: random.uniform(0.25, 1),
    strength: random.uniform(strength / 3, strength),
  }),
  change: (image, { x: cx, y: cy, angle, length, roundness, strength }, memory) => {
    const turn = (angle * Math.PI) / 180;
    const [cos, sin] = [Math.cos(turn) / length, Math.sin(turn) / length];
    return lit(
      image,
      255,
      (x, y) => {
        const [dx, dy] = [x - cx, y - cy];
        const along = cos * dx + sin * dy;
        const across = (cos * dy - sin * dx) / roundness;
        return 1 - strength * Math.exp(-0.5 * (along * along + across * across));
      },
      memory,
    );
  },
});
