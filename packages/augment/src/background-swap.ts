import type { AugmentedImages, Mask, PixelMemory } from '@foveate/contracts';
import { blended, distanceTo, newPixels, type Colour } from '@foveate/image';
import { z } from 'zod';
import { mergedDefects } from './_merged-defects.js';
import { defineContent, probability } from './define.js';

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
    const { memory = newPixels } = context;
    const cover = distanceTo(union(input.aoi, other.aoi, memory));
    distanceToCover(cover, feather);
    const shift: Colour = matchTone ? toneDifference(input, other) : [0, 0, 0];
    return {
      image: blended(input.image, other.image.data, cover, { shift, memory }),
      aoi: input.aoi,
      defects: mergedDefects(input, other.defects, cover, memory),
    };
  },
});

/** Pixels that are inside of either mask. */
function union(a: Mask, b: Mask, memory: PixelMemory): Mask {
  const data = memory(a.data.length);
  for (let pixel = 0; pixel < data.length; pixel++) data[pixel] = (a.data[pixel] as number) | (b.data[pixel] as number);
  return { ...a, data };
}

/** Makes 0 of distance 0, rising to 1 beyond `feather` pixels. */
function distanceToCover(values: Float32Array, feather: number): void {
  for (let pixel = 0; pixel < values.length; pixel++) {
    const cover = (values[pixel] as number) / (feather + 1);
    values[pixel] = cover < 1 ? cover : 1;
  }
}

/**
 * What to add to the other's colours: the difference of the mean colours inside the areas of interest. What lies outside
 * must not count: the shift would tell of the surroundings that were taken away.
 */
function toneDifference(mine: AugmentedImages, theirs: AugmentedImages): Colour {
  const [here, there] = [meanInside(mine), meanInside(theirs)];
  return [here[0] - there[0], here[1] - there[1], here[2] - there[2]];
}

function meanInside({ image, aoi }: AugmentedImages): Colour {
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
