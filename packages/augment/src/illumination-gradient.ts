import { z } from 'zod';
import { definePhotometric, probability } from './define.js';
import { lit } from './_light.js';

/** Light that grows from one side to the other: v' = v (1 + strength s), s from -1 to 1 along a random direction. */
export const illuminationGradient = definePhotometric({
  id: 'illumination-gradient',
  summary: 'Lights one side more than the other.',
  options: z.strictObject({
    strength: z.number().min(0).max(1).default(0.25).describe('Largest relative gain and loss at the two sides.'),
    probability: probability(),
  }),
  draw: (random, { strength }) => ({ angle: random.uniform(0, 360), strength: random.uniform(0, strength) }),
  change: (image, { angle, strength }, memory) => {
    const turn = (angle * Math.PI) / 180;
    // Scaled so that the slope reaches plus and minus one in two opposite corners or sides.
    const reach = Math.abs(Math.cos(turn)) + Math.abs(Math.sin(turn));
    const [alongX, alongY] = [(2 * Math.cos(turn)) / reach, (2 * Math.sin(turn)) / reach];
    return lit(image, 0, (x, y) => 1 + strength * (alongX * (x - 0.5) + alongY * (y - 0.5)), memory);
  },
});
