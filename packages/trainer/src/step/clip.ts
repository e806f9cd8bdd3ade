/** Gradient clipping. */
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** Options of gradient clipping. */
export const clipOptions = z
  .union([
    z.strictObject({ norm: z.number().positive().describe('Longest gradient, as Euclidean norm over all variables.') }),
    z.strictObject({ value: z.number().positive().describe('Largest absolute value of any gradient.') }),
  ])
  .describe('Clip gradients before the update; left out, they are taken as they are.');

/** How gradients are clipped. */
export type Clip = z.output<typeof clipOptions>;

/** Euclidean norm over all elements of all tensors, a scalar. */
export function euclideanNorm(tensors: readonly tf.Tensor[]): tf.Tensor {
  return tf.sqrt(tensors.map((tensor) => tf.sum(tf.square(tensor))).reduce((sum, square) => tf.add(sum, square)));
}

/**
 * By norm: all gradients times min(1, norm / |g|) (Pascanu et al. 2013); by value: each element to [-value, value].
 * @param norm Euclidean norm over `gradients`
 */
export function clipped(
  gradients: readonly tf.Tensor[],
  norm: tf.Tensor,
  clip: Clip | undefined,
): readonly tf.Tensor[] {
  if (clip === undefined) return gradients;
  if ('value' in clip) return gradients.map((gradient) => tf.clipByValue(gradient, -clip.value, clip.value));
  // The small term keeps a zero gradient from dividing zero by zero.
  const factor = tf.minimum(1, tf.div(clip.norm, tf.add(norm, 1e-6)));
  return gradients.map((gradient) => tf.mul(gradient, factor));
}
