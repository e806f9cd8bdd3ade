import * as tf from '@tensorflow/tfjs-core';
import { areaAverage } from './area-average.js';

/**
 * Binary cross-entropy of a predicted area, one value an image, the mean over its cells. With Z the logits and M the area of
 * interest averaged to their size:
 *
 *     B = mean(softplus(Z) - Z M)
 *
 * Not 0 at its least where the border of the area runs through cells: there it is the entropy of M.
 * @param logits [N, h, w]
 * @param aoi [N, H, W], 0 or 1
 * @returns [N], >= 0
 */
export function areaCrossEntropy(logits: tf.Tensor3D, aoi: tf.Tensor3D): tf.Tensor1D {
  const target = areaAverage(aoi, [logits.shape[1], logits.shape[2]]);
  return tf.mean(tf.sub(tf.softplus(logits), tf.mul(logits, target)), [1, 2]);
}
