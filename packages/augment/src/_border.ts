import { homographySampling, newSampling, warpImage, warpMask } from '@foveate/image';
import type { Border, Homography, Sampling } from '@foveate/image';
import { z } from 'zod';
import type { Move, Size } from './_define.js';

/** The option of operations that look beyond the edge of the image. */
export const border = z
  .enum(['reflect', 'edge', 'constant'])
  .default('reflect')
  .describe(
    'What comes in from beyond the edge: the mirrored image, the nearest pixel, or black and outside of masks.',
  );

/** What the last move of this thread was worked out in: half a megabyte, which costs more to allocate than to fill. */
let spare = newSampling(0, 0);

/**
 * The move of a sampling: bilinear for the image, nearest neighbour for masks. It must be done with before the next one
 * is made.
 * @param fill writes the sampling into the memory it is given
 */
export function sampledMove({ width, height }: Size, fill: (into: Sampling) => Sampling): Move {
  if (spare.width !== width || spare.height !== height) spare = newSampling(width, height);
  const sampling = fill(spare);
  return {
    image: (image, memory) => warpImage(image, sampling, memory),
    mask: (mask, memory) => warpMask(mask, sampling, memory),
  };
}

/** The move of a homography from pixels of the result to places in the source. */
export function homographyMove(size: Size, beyond: Border, matrix: Homography): Move {
  return sampledMove(size, (into) => homographySampling(size.width, size.height, beyond, matrix, into));
}
