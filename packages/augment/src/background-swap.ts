import type { AugmentedImages, Mask } from '@foveate/contracts';
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
    matchTone: z
      .boolean()
      .default(false)
      .describe(
        'Shift the colour of the surroundings by the difference of the mean colours inside the two areas, so that their border shows less.',
      ),
    probability: probability(0.5),
  }),
  draw: (random, options, { width, height }) => ({
    choice: random.float(),
    feather: options.feather * Math.min(width, height),
    matchTone: options.matchTone,
  }),
  change: async (input, { choice, feather, matchTone }, context) => {
    const other = await context.other(choice);
    if (other === undefined) return input;
    const cover = coverOutside(union(input.aoi, other.aoi), feather);
    return {
      image: blended(input.image, other.image.data, cover, matchTone ? toneDifference(input, other) : undefined),
      aoi: input.aoi,
      defects: mergedDefects(input, other.defects, cover),
    };
  },
});

/** Pixels that are inside of either mask. */
function union(a: Mask, b: Mask): Mask {
  const data = new Uint8Array(a.data.length);
  for (let pixel = 0; pixel < data.length; pixel++) data[pixel] = (a.data[pixel] as number) | (b.data[pixel] as number);
  return { ...a, data };
}

/** 0 inside the mask, rising to 1 over `feather` pixels outside of it. */
function coverOutside(mask: Mask, feather: number): Float32Array {
  const cover = distanceTo(mask);
  for (let pixel = 0; pixel < cover.length; pixel++)
    cover[pixel] = Math.min(1, (cover[pixel] as number) / (feather + 1));
  return cover;
}

/**
 * What to add to the other's colours: the difference of the mean colours inside the areas of interest. What lies outside
 * must not count: the shift would tell of the surroundings that were taken away.
 */
function toneDifference(mine: AugmentedImages, theirs: AugmentedImages): readonly [number, number, number] {
  const [here, there] = [meanInside(mine), meanInside(theirs)];
  return [here[0] - there[0], here[1] - there[1], here[2] - there[2]];
}

function meanInside({ image, aoi }: AugmentedImages): readonly [number, number, number] {
  let [count, red, green, blue] = [0, 0, 0, 0];
  for (let pixel = 0; pixel < aoi.data.length; pixel++) {
    if (aoi.data[pixel] === 0) continue;
    count++;
    red += image.data[3 * pixel] as number;
    green += image.data[3 * pixel + 1] as number;
    blue += image.data[3 * pixel + 2] as number;
  }
  return count === 0 ? [0, 0, 0] : [red / count, green / count, blue / count];
}
