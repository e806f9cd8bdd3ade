/** Class weights: samples of rare classes count more. */
import { fail, type LossOutput } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** Options of class weights. */
export const classWeightOptions = z
  .union([z.literal('balanced'), z.array(z.number().min(0)).min(2)])
  .describe(
    "Weight of each class in the training loss, [good, defective]; 'balanced' makes the classes count alike whatever their sizes. " +
      'The validation loss is never weighted.',
  );

/**
 * Weights by class. Balanced ones are samples / (classes * samples of the class): their mean over the samples is 1.
 * @param counts training samples of each class
 */
export function classWeights(
  options: z.output<typeof classWeightOptions>,
  counts: readonly number[],
): readonly number[] {
  if (options !== 'balanced') return options;
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (count === 0 ? 0 : total / (counts.length * count)));
}

/** @throws FoveateError `CONFIG_INVALID` unless each of that many classes has a weight */
export function requireWeights(weights: readonly number[], classes: number): void {
  if (weights.length === classes) return;
  throw fail({
    code: 'CONFIG_INVALID',
    where: 'training.classWeights',
    what: 'There has to be a weight for each class',
    expected: `${classes} numbers`,
    got: String(weights.length),
  });
}

/**
 * The loss with each sample's part multiplied by the weight of its class; its mean is over all samples, not over weights.
 * @param labels one-hot [N, classes]
 */
export function weighted(result: LossOutput, labels: tf.Tensor2D, weights: readonly number[]): LossOutput {
  const ofSample = tf.sum(tf.mul(labels, tf.tensor1d([...weights])), 1);
  const perSample = tf.mul(result.perSample, ofSample);
  return { ...result, perSample, loss: tf.mean(perSample) };
}
