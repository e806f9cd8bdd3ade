import { multiply, squareTo } from '@foveate/image';
import type { Point } from '@foveate/image';
import { z } from 'zod';
import { border, homographyMove } from './_border.js';
import { defineGeometric, probability } from './define.js';

/** Looks at the image from another place: each corner comes from somewhere near it. */
export const perspective = defineGeometric({
  id: 'perspective',
  summary: 'Tilts the view.',
  options: z.strictObject({
    strength: z
      .number()
      .min(0)
      .max(0.4)
      .default(0.06)
      .describe('Largest move of a corner, as a share of width and height.'),
    border,
    probability: probability(),
  }),
  draw: (random, { strength, ...options }, { width, height }) => {
    const corner = (x: number, y: number): Point => [
      x * (width - 1) + width * random.uniform(-strength, strength),
      y * (height - 1) + height * random.uniform(-strength, strength),
    ];
    return { corners: [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)] as const, border: options.border };
  },
  move: (drawn, size) => {
    const toUnit = [1 / Math.max(1, size.width - 1), 0, 0, 0, 1 / Math.max(1, size.height - 1), 0, 0, 0, 1] as const;
    return homographyMove(size, drawn.border, multiply(squareTo(drawn.corners), toUnit));
  },
});
