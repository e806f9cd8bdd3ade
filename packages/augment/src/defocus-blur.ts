import { convolve } from '@foveate/image';
import type { Kernel } from '@foveate/image';
import { z } from 'zod';
import { definePhotometric, probability } from './define.js';

/** A disc; weights at its rim are the share of the pixel it covers, by 4x4 points. */
function disc(radius: number): Kernel {
  const half = Math.max(1, Math.ceil(radius));
  const side = 2 * half + 1;
  const offsets = [-0.375, -0.125, 0.125, 0.375];
  const weights = Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [(i % side) - half, Math.floor(i / side) - half];
    return offsets.reduce(
      (sum, dy) => sum + offsets.filter((dx) => (x + dx) ** 2 + (y + dy) ** 2 <= radius ** 2).length,
      0,
    );
  });
  return { width: side, height: side, weights };
}

/** The camera is out of focus: every pixel is spread over a disc. */
export const defocusBlur = definePhotometric({
  id: 'defocus-blur',
  summary: 'Spreads over a disc, as out of focus.',
  options: z.strictObject({
    radius: z.number().min(0).max(0.1).default(0.012).describe('Largest radius, as a share of the shorter side.'),
    probability: probability(0.3),
  }),
  // Half a pixel is the smallest disc, about as sharp as no blur.
  draw: (random, options, { width, height }) => ({
    radius: Math.max(0.5, random.uniform(0, options.radius * Math.min(width, height))),
  }),
  change: (image, { radius }) => convolve(image, disc(radius)),
});
