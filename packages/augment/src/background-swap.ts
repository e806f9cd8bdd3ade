import type { AugmentedImages, Mask, PixelMemory, Raster } from '@foveate/contracts';
import { blended, distanceTo, fillSmoothly, newPixels, type Colour } from '@foveate/image';
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
      .union([z.boolean(), z.literal('border')])
      .default(false)
      .describe(
        "How the colours of the surroundings are brought to those of the image, so that their border shows less. true: by the difference of the mean colours inside the two areas. 'border': by the difference along the border, carried on smoothly.",
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
    const kept = union(input.aoi, other.aoi, memory);
    const cover = distanceTo(kept);
    const around = matchTone === 'border' ? withoutSeam(input.image, other.image, kept) : other.image.data;
    distanceToCover(cover, feather);
    const shift: Colour = matchTone === true ? toneDifference(input, other) : [0, 0, 0];
    return {
      image: blended(input.image, around, cover, { shift, memory }),
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

/** Width in pixels of the rim inside the kept area along which the two images are compared. */
const rim = 3;

/**
 * The other image plus the difference of the two along the border of what is kept, carried on smoothly over the image: at the
 * border it has the colours of the one that is kept, and everywhere the other's own detail (Pérez et al., Poisson Image Editing,
 * SIGGRAPH 2003, by a membrane).
 */
function withoutSeam(mine: Raster, theirs: Raster, kept: Mask): Uint8ClampedArray {
  const { width, height } = mine;
  const { length } = mine.data;
  const known = inRim(kept);
  const difference = new Float32Array(length);
  for (let i = 0; i < length; i++) difference[i] = (mine.data[i] as number) - (theirs.data[i] as number);
  const shift = fillSmoothly(difference, known, { width, height, channels: 3 });
  const around = new Uint8ClampedArray(length);
  for (let i = 0; i < length; i++) around[i] = (theirs.data[i] as number) + (shift[i] as number);
  return around;
}

/** 1 for pixels of the mask that are nearer to its outside than the rim is wide, else 0. */
function inRim(kept: Mask): Float32Array {
  const outside = new Uint8Array(kept.data.length);
  for (let pixel = 0; pixel < outside.length; pixel++) outside[pixel] = kept.data[pixel] === 0 ? 255 : 0;
  const distance = distanceTo({ ...kept, data: outside });
  for (let pixel = 0; pixel < distance.length; pixel++) {
    const far = distance[pixel] as number;
    distance[pixel] = far > 0 && far <= rim ? 1 : 0;
  }
  return distance;
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
  // An area may be lost at network size.
  if (here === undefined || there === undefined) return [0, 0, 0];
  return [here[0] - there[0], here[1] - there[1], here[2] - there[2]];
}

/** Undefined where nothing is inside. */
function meanInside({ image, aoi }: AugmentedImages): Colour | undefined {
  let [count, red, green, blue] = [0, 0, 0, 0];
  for (let pixel = 0; pixel < aoi.data.length; pixel++) {
    if (aoi.data[pixel] === 0) continue;
    count++;
    red += image.data[3 * pixel] as number;
    green += image.data[3 * pixel + 1] as number;
    blue += image.data[3 * pixel + 2] as number;
  }
  return count === 0 ? undefined : [red / count, green / count, blue / count];
}
