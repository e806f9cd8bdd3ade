/** The overlap distance of a heatmap and an area of interest, differentiable: equations 3, 4 and 8 of the paper. */
import { areaAverage } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The mask A*_gt of Algorithm 1, line 3: the area of interest averaged to heatmap resolution, convolved with a 3x3 kernel of one
 * value, so that its border becomes gradual and a near miss costs less than a far one.
 * @param aoi [N, H, W], 0 or 1
 * @param size [h, w] of the heatmap
 * @param kernel value of each of the nine weights; the sum is 9 kernel (4.5 in the paper)
 * @param clip true: values above 1 become 1
 * @returns [N, h, w]
 */
export function filteredMask(
  aoi: tf.Tensor3D,
  size: readonly [number, number],
  kernel: number,
  clip: boolean,
): tf.Tensor3D {
  const small = tf.expandDims(areaAverage(aoi, size), 3) as tf.Tensor4D;
  const weights = tf.fill([3, 3, 1, 1], kernel) as tf.Tensor4D;
  const blurred: tf.Tensor3D = tf.squeeze(tf.conv2d(small, weights, 1, 'same'), [3]);
  return clip ? tf.clipByValue(blurred, 0, 1) : blurred;
}

/** a / b, and 0 where b is 0; the gradient stays finite there too. */
function divideOrZero(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.div(a, tf.add(b, tf.cast(tf.equal(b, 0), 'float32')));
}

/**
 * The hottest pixels A_d: the heatmap divided by its maximum, values below `threshold` set to 0 and the others kept, so that
 * the gradient flows.
 * @param heatmap [N, h, w], >= 0
 * @param threshold in (0, 1], share of the maximum
 * @returns [N, h, w] in [0, 1]; all zero for a heatmap that is all zero
 */
export function hottestPixels(heatmap: tf.Tensor3D, threshold: number): tf.Tensor3D {
  const maximum = tf.max(heatmap, [1, 2], true);
  const normalised = divideOrZero(heatmap, maximum);
  return tf.mul(normalised, tf.cast(tf.greaterEqual(normalised, threshold), 'float32'));
}

/**
 * OD = -log clip(sum(A_d A*) / min(sum A_d, sum A*), epsilon, 1 - epsilon), per sample.
 * @param hot [N, h, w]
 * @param mask [N, h, w]
 * @returns [N]; an all-zero heatmap has overlap 0 and so the largest distance, -log epsilon
 */
export function overlapDistance(hot: tf.Tensor3D, mask: tf.Tensor3D, epsilon: number): tf.Tensor1D {
  const shared = tf.sum(tf.mul(hot, mask), [1, 2]);
  const smaller = tf.minimum(tf.sum(hot, [1, 2]), tf.sum(mask, [1, 2]));
  const overlap = divideOrZero(shared, smaller);
  return tf.neg(tf.log(tf.clipByValue(overlap, epsilon, 1 - epsilon))) as tf.Tensor1D;
}
