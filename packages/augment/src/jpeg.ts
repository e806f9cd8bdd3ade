import { throughJpeg } from '@foveate/image';
import { z } from 'zod';
import { definePhotometric, probability } from './define.js';

/** Leaves the traces of JPEG compression. */
export const jpeg = definePhotometric({
  id: 'jpeg',
  summary: 'Leaves traces of JPEG compression.',
  options: z.strictObject({
    quality: z.int().min(1).max(100).default(40).describe('Lowest quality; the highest is 95 or, if more, this.'),
    probability: probability(0.3),
  }),
  draw: (random, { quality }) => ({ quality: quality + random.integer(Math.max(0, 95 - quality) + 1) }),
  change: (image, { quality }) => throughJpeg(image, quality),
});
