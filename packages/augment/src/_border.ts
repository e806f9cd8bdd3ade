import { homographySampling, warpImage, warpMask } from '@foveate/image';
import type { Border, Homography, Sampling } from '@foveate/image';
import { z } from 'zod';
import type { Move, Size } from './define.js';

/** The option of operations that look beyond the edge of the image. */
export const border = z
  .enum(['reflect', 'edge', 'constant'])
  .default('reflect')
  .describe(
    'What comes in from beyond the edge: the mirrored image, the nearest pixel, or black and outside of masks.',
  );

/** The move of a sampling: bilinear for the image, nearest neighbour for masks. To be used before the next is made. */
export function sampledMove(sampling: Sampling): Move {
  return {
    image: (image, memory) => warpImage(image, sampling, memory),
    mask: (mask, memory) => warpMask(mask, sampling, memory),
  };
}

/** The move of a homography from pixels of the result to places in the source. */
export function homographyMove({ width, height }: Size, beyond: Border, matrix: Homography): Move {
  return sampledMove(homographySampling(width, height, beyond, matrix));
}
