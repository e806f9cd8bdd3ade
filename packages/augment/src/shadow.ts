import { z } from 'zod';
import { definePhotometric, probability } from './define.js';
import { lit, smoothStep } from './_light.js';

/** Something stands before the light: one side of a line is darker, with a soft edge. */
export const shadow = definePhotometric({
  id: 'shadow',
  summary: 'Darkens one side of a soft line.',
  options: z.strictObject({
    strength: z.number().min(0).max(1).default(0.5).describe('Largest loss of light in the shadow.'),
    softness: z
      .number()
      .min(0.001)
      .max(1)
      .default(0.15)
      .describe('Largest width of its edge, as a share of the image.'),
    probability: probability(0.3),
  }),
  draw: (random, { strength, softness }) => ({
    x: random.float(),
    y: random.float(),
    angle: random.uniform(0, 360),
    softness: random.uniform(softness / 5, softness),
    strength: random.uniform(strength / 4, strength),
  }),
  change: (image, { x: px, y: py, angle, softness, strength }, memory) => {
    const turn = (angle * Math.PI) / 180;
    const [cos, sin] = [Math.cos(turn) / softness, Math.sin(turn) / softness];
    return lit(image, 0, (x, y) => 1 - strength * smoothStep(0.5 + cos * (x - px) + sin * (y - py)), memory);
  },
});
