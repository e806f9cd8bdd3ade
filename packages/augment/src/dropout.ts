import { z } from 'zod';
import { defineContent, probability } from './define.js';

/**
 * Covers rectangles outside the area of interest with grey, so that nothing there can be relied on (cutout: DeVries and
 * Taylor, arXiv:1708.04552, kept off what matters). What they cover of a defect is no longer marked.
 */
export const dropout = defineContent({
  id: 'dropout',
  summary: 'Covers rectangles outside the area of interest.',
  options: z.strictObject({
    count: z.int().min(1).max(64).default(4).describe('Largest number of rectangles.'),
    size: z.number().min(0.01).max(1).default(0.2).describe('Largest side, as a share of that of the image.'),
    probability: probability(0.5),
  }),
  draw: (random, { count, size }, { width, height }) => ({
    rectangles: Array.from({ length: 1 + random.integer(count) }, () => {
      const side = (length: number) => Math.max(1, Math.round(length * random.uniform(size / 4, size)));
      const [across, down] = [side(width), side(height)];
      return {
        x: random.integer(width - across + 1),
        y: random.integer(height - down + 1),
        width: across,
        height: down,
        grey: random.integer(256),
      };
    }),
  }),
  change: ({ image, aoi, defects }, { rectangles }) => {
    const data = image.data.slice();
    const marks = defects.map(({ type, mask }) => ({ type, mask: { ...mask, data: mask.data.slice() } }));
    for (const { x, y, width, height, grey } of rectangles) {
      for (let row = y; row < y + height; row++) {
        for (let pixel = row * image.width + x, end = pixel + width; pixel < end; pixel++) {
          if (aoi.data[pixel] !== 0) continue;
          data.fill(grey, pixel * 3, pixel * 3 + 3);
          for (const { mask } of marks) mask.data[pixel] = 0;
        }
      }
    }
    return { image: { ...image, data }, aoi, defects: marks.filter(({ mask }) => mask.data.includes(255)) };
  },
});
