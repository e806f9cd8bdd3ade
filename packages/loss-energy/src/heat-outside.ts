import { areaAverage } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';

/** How heat outside the area of interest is counted: as a `share` of all heat of the image, or as `mass`. */
export type HeatMeasure = 'share' | 'mass';

/**
 * Heat below which a share means nothing. Behind global average pooling the heat of an image sums up to what it adds to the
 * logit of the class, so this is a thousandth of a logit. It bounds the gradient where nearly no heat is left.
 */
const negligible = 1e-3;

/**
 * Heat outside the area of interest, one value an image. With H the heatmap and M the area of interest averaged to its
 * size, neither filtered nor clipped:
 *
 *     mass:  sum(H (1 - M))
 *     share: sum(H (1 - M)) / (sum(H) + 0.001)
 *
 * The share is 1 - EPG, the energy loss of Rao et al. (ICCV 2023) with masks for boxes. Both are 0 without heat, and their
 * gradient vanishes only where there is none.
 * @param heatmap [N, h, w], >= 0, not normalised
 * @param aoi [N, H, W], 0 or 1
 * @returns [N], >= 0; a share is below 1
 */
export function heatOutside(heatmap: tf.Tensor3D, aoi: tf.Tensor3D, measure: HeatMeasure): tf.Tensor1D {
  const outside = tf.sub(1, areaAverage(aoi, [heatmap.shape[1], heatmap.shape[2]]));
  const mass: tf.Tensor1D = tf.sum(tf.mul(heatmap, outside), [1, 2]);
  return measure === 'mass' ? mass : tf.div(mass, tf.add(tf.sum(heatmap, [1, 2]), negligible));
}
