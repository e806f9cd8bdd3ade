import { areaAverage } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Heat of a whole map below which its shape means nothing, a thousandth of a logit behind global average pooling. It
 * bounds the gradient where nearly no heat is left.
 */
const negligible = 1e-3;

/**
 * Mean absolute difference of heatmap and area of interest, one value an image: with H the heatmap and M the area averaged
 * to its size, mean |H / max H - M|. Without heat the first term is 0, and the mean of M is left. Heat whose maximum is
 * below that of a thousandth of a logit, spread evenly, is divided by that instead.
 * @param heatmap [N, h, w], >= 0, not normalised
 * @param aoi [N, H, W], 0 or 1
 * @returns [N] in [0, 1]
 */
export function heatDifference(heatmap: tf.Tensor3D, aoi: tf.Tensor3D): tf.Tensor1D {
  const [, h, w] = heatmap.shape;
  const hottest = tf.maximum(tf.max(heatmap, [1, 2], true), negligible / (h * w));
  const difference = tf.sub(tf.div(heatmap, hottest), areaAverage(aoi, [h, w]));
  return tf.mean(tf.abs(difference), [1, 2]);
}
