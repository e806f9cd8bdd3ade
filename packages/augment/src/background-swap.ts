import { distanceTo } from '@foveate/image';
import { z } from 'zod';
import { blended, mergedDefects } from './_blend.js';
import { defineContent, probability } from './_define.js';

/**
 * Puts the surroundings of another sample around the area of interest, so that they say nothing of the class. Pixels of
 * either sample's area of interest stay; the edge is soft. Defects in the surroundings go and come with them.
 */
export const backgroundSwap = defineContent({
  id: 'background-swap',
  summary: "Puts another sample's surroundings around the area of interest.",
  options: z.strictObject({
    feather: z
      .number()
      .min(0)
      .max(0.2)
      .default(0.02)
      .describe('Width of the soft edge, as a share of the shorter side.'),
    probability: probability(0.5),
  }),
  draw: (random, options, { width, height }) => ({
    choice: random.float(),
    feather: options.feather * Math.min(width, height),
  }),
  change: async (input, { choice, feather }, context) => {
    const other = await context.other(choice);
    if (other === undefined) return input;
    const [mine, theirs] = [distanceTo(input.aoi), distanceTo(other.aoi)];
    const cover = mine.map((distance, pixel) => {
      const nearest = Math.min(distance, theirs[pixel] as number);
      return nearest === 0 ? 0 : Math.min(1, nearest / (feather + 1));
    });
    return {
      image: blended(input.image, other.image.data, cover),
      aoi: input.aoi,
      defects: mergedDefects(input, other.defects, cover),
    };
  },
});
