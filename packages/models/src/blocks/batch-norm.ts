import { batchNormTraining } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { fill, type Layer, type Variables } from './variables.js';

/**
 * Share of the old statistics kept by a step. 0.99, which large data sets are trained with, would need several hundred
 * steps before the running statistics can be used; small data sets have fewer in all.
 */
const momentum = 0.9;

/** What batch norm computes with. */
export interface BatchNormTensors {
  readonly gamma: tf.Tensor1D;
  readonly beta: tf.Tensor1D;
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
}

/**
 * Batch norm of [N, h, w, C] with the statistics of the batch.
 * @param update is told the running statistics after this step
 */
export function trainBatchNorm(
  x: tf.Tensor4D,
  { gamma, beta, mean, variance }: BatchNormTensors,
  epsilon: number,
  update: (statistics: { readonly mean: tf.Tensor; readonly variance: tf.Tensor }) => void,
): tf.Tensor4D {
  const batch = batchNormTraining(x, gamma, beta, epsilon);
  const blend = (old: tf.Tensor, now: tf.Tensor): tf.Tensor => tf.add(tf.mul(old, momentum), tf.mul(now, 1 - momentum));
  update({ mean: blend(mean, batch.mean), variance: blend(variance, batch.variance) });
  return batch.y;
}

/**
 * Batch norm over N, h, w: batch statistics while training, running ones otherwise and where its scale is frozen.
 * @param epsilon added to the variance; weights trained with one value need the same again
 */
export function batchNorm(variables: Variables, name: string, channels: number, epsilon: number): Layer {
  const gamma = variables.declare<tf.Tensor1D>(`${name}/gamma`, [channels], fill(1));
  const beta = variables.declare<tf.Tensor1D>(`${name}/beta`, [channels], fill(0));
  const mean = variables.declare<tf.Tensor1D>(`${name}/mean`, [channels], fill(0), false);
  const variance = variables.declare<tf.Tensor1D>(`${name}/variance`, [channels], fill(1), false);
  return (x, scope) => {
    const tensors = { gamma: gamma(scope), beta: beta(scope), mean: mean(scope), variance: variance(scope) };
    if (!scope.training || scope.frozen(`${name}/gamma`))
      return tf.batchNorm4d(x, tensors.mean, tensors.variance, tensors.beta, tensors.gamma, epsilon);
    return trainBatchNorm(x, tensors, epsilon, (now) => {
      scope.update(`${name}/mean`, now.mean);
      scope.update(`${name}/variance`, now.variance);
    });
  };
}
