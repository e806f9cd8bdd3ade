import { equalizeLocally } from '@foveate/image';
import { z } from 'zod';
import { definePhotometric, probability } from './define.js';

/** Contrast limited adaptive histogram equalisation of the luma; colours keep their proportions. */
export const clahe = definePhotometric({
  id: 'clahe',
  summary: 'Evens out local contrast (CLAHE).',
  options: z.strictObject({
    tiles: z.int().min(1).max(32).default(6).describe('Tiles in a row and in a column.'),
    gain: z.number().min(1).max(40).default(3).describe('Largest gain of contrast.'),
    probability: probability(0.3),
  }),
  draw: (random, { tiles, gain }, { width, height }) => ({
    tiles: [Math.min(tiles, width), Math.min(tiles, height)] as const,
    gain: random.uniform(1, gain),
  }),
  change: (image, { tiles, gain }) => {
    const { width, height, data } = image;
    const luma = new Uint8Array(width * height);
    for (let pixel = 0, at = 0; pixel < luma.length; pixel++, at += 3) {
      // ITU-R BT.601, in 1/256.
      luma[pixel] = (77 * (data[at] as number) + 150 * (data[at + 1] as number) + 29 * (data[at + 2] as number)) >> 8;
    }
    const even = equalizeLocally({ width, height, channels: 1, data: luma }, tiles, gain).data;
    const result = new Uint8ClampedArray(data.length);
    for (let pixel = 0, at = 0; pixel < luma.length; pixel++) {
      const ratio = ((even[pixel] as number) + 1) / ((luma[pixel] as number) + 1);
      for (const end = at + 3; at < end; at++) result[at] = (data[at] as number) * ratio;
    }
    return { ...image, data: new Uint8Array(result.buffer) };
  },
});
