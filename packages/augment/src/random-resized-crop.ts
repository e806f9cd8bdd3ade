import { z } from 'zod';
import { homographyMove } from './_border.js';
import { defineGeometric, probability } from './define.js';

/** Cuts out a part and brings it to the size of the image again, so that size and proportions change. */
export const randomResizedCrop = defineGeometric({
  id: 'random-resized-crop',
  summary: 'Cuts out a part of other proportions and enlarges it.',
  options: z.strictObject({
    area: z.number().min(0.05).max(1).default(0.7).describe('Smallest part, as a share of the area.'),
    aspect: z
      .number()
      .min(1)
      .max(4)
      .default(1.25)
      .describe('Largest change of proportions: width to height between 1/aspect and aspect times that of the image.'),
    probability: probability(),
  }),
  draw: (random, options, { width, height }) => {
    const area = random.uniform(options.area, 1);
    const aspect = Math.exp(Math.log(options.aspect) * random.uniform(-1, 1));
    const [across, down] = [Math.min(1, Math.sqrt(area * aspect)), Math.min(1, Math.sqrt(area / aspect))];
    return {
      x: width * (1 - across) * random.float(),
      y: height * (1 - down) * random.float(),
      width: width * across,
      height: height * down,
    };
  },
  move: (part, size) => {
    const [across, down] = [part.width / size.width, part.height / size.height];
    const offset = (start: number, scale: number) => start + scale / 2 - 0.5;
    return homographyMove(size, 'edge', [across, 0, offset(part.x, across), 0, down, offset(part.y, down), 0, 0, 1]);
  },
});
