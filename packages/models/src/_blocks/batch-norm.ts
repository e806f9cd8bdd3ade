import { batchNormTraining } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { fill, type Layer, type Variables } from './variables.js';

/**
 * Share of the old statistics kept by a step. 0.99, which large data sets are trained with, would need several hundred
 * steps before the running statistics can be used; small data sets have fewer in all.
 */
const momentum = 0.9;

/**
 * Batch norm over N, h, w: batch statistics while training, running ones otherwise and where its scale is held.
 * @param epsilon added to the variance; weights trained with one value need the same again
 */
export function batchNorm(variables: Variables, name: string, channels: number, epsilon: number): Layer {
  const gamma = variables.declare<tf.Tensor1D>(`${name}/gamma`, [channels], fill(1));
  const beta = variables.declare<tf.Tensor1D>(`${name}/beta`, [channels], fill(0));
  const mean = variables.declare<tf.Tensor1D>(`${name}/mean`, [channels], fill(0), false);
  const variance = variables.declare<tf.Tensor1D>(`${name}/variance`, [channels], fill(1), false);
  return (x, scope) => {
    const [scale, offset, oldMean, oldVariance] = [gamma(scope), beta(scope), mean(scope), variance(scope)];
    if (!scope.training || scope.frozen(`${name}/gamma`))
      return tf.batchNorm4d(x, oldMean, oldVariance, offset, scale, epsilon);
    const batch = batchNormTraining(x, scale, offset, epsilon);
    const blend = (old: tf.Tensor, now: tf.Tensor): tf.Tensor =>
      tf.add(tf.mul(old, momentum), tf.mul(now, 1 - momentum));
    scope.update(`${name}/mean`, blend(oldMean, batch.mean));
    scope.update(`${name}/variance`, blend(oldVariance, batch.variance));
    return batch.y;
  };
}
