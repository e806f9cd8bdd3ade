import { shift } from '@foveate/image';
import { z } from 'zod';
import { defineGeometric, pixelMove, probability } from './define.js';

const reach = z.number().min(0).max(0.5).default(0.05);

/** Moves image and masks by whole pixels; edge pixels are repeated into the border that comes free. */
export const translate = defineGeometric({
  id: 'translate',
  summary: 'Moves sideways and up or down.',
  options: z.strictObject({
    x: reach.describe('Largest move left or right, as a share of the width.'),
    y: reach.describe('Largest move up or down, as a share of the height.'),
    probability: probability(),
  }),
  draw: (random, { x, y }, { width, height }) => ({
    dx: Math.round(width * random.uniform(-x, x)),
    dy: Math.round(height * random.uniform(-y, y)),
  }),
  move: ({ dx, dy }) => pixelMove((raster) => shift(raster, dx, dy)),
});
