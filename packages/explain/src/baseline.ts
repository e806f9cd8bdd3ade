/** What an image is compared with: what it looks like where there is nothing to be seen. */
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** The option `baseline`. */
export const baseline = z
  .enum(['mean', 'black'])
  .default('mean')
  .describe("What takes the place of pixels: the image's own mean colour, or black.");

/** @returns colours [N, 1, 1, 3], or [] for black */
export function baselineOf(images: tf.Tensor4D, kind: z.output<typeof baseline>): tf.Tensor {
  return kind === 'mean' ? tf.mean(images, [1, 2], true) : tf.scalar(0);
}
