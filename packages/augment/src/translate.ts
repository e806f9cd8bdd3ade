import { definePlugin } from '@foveate/contracts';
import { maskArea, shift } from '@foveate/image';
import { z } from 'zod';
import { moved } from './_moved.js';

const reach = z.number().min(0).max(0.5).default(0.05);

/**
 * Moves image and area of interest by whole pixels; edge pixels are repeated into the border that comes free. An image
 * whose area of interest would leave the frame stays as it is.
 */
export const translate = definePlugin({
  meta: { kind: 'augmentation', id: 'translate', contract: 1, summary: 'Moves sideways and up or down.' },
  options: z.strictObject({
    x: reach.describe('Largest move left or right, as a share of the width.'),
    y: reach.describe('Largest move up or down, as a share of the height.'),
  }),
  register: ({ x, y }) => ({
    effect: 'geometric',
    draw: (random, { width, height }) => ({
      dx: Math.round(width * random.uniform(-x, x)),
      dy: Math.round(height * random.uniform(-y, y)),
    }),
    apply: (input, { dx, dy }) => {
      const shifted = moved(input, (raster) => shift(raster, dx, dy));
      return maskArea(shifted.aoi) === 0 ? input : shifted;
    },
  }),
});
