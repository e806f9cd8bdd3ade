/** The overlap distance without dead zones: a mask that falls smoothly outside, and no clip. */
import { areaAverage } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';

/** Heat, in logits behind global average pooling, below which it matters little where it lies. */
const little = 0.1;

/**
 * The area of interest averaged to heatmap resolution, scaled to a maximum of 1 and carried outwards, where it falls by 1/e
 * with each `reach`: M_j = max over cells k of A_k exp(-d(j, k) / reach) / max A. The distance is |dx| + |dy|, as shares of width
 * and height, so that the mask is that of any resolution, an area smaller than a cell counts whole, and no cell is 0, however
 * far from the area.
 * @param aoi [N, H, W], 0 or 1
 * @param size [h, w] of the heatmap
 * @param reach as a share of the side, at least 0.03: below it float32 has no number for the farthest cells
 * @returns [N, h, w] in (0, 1]; 1 everywhere for an empty area, beside which nothing lies
 */
export function fallingMask(aoi: tf.Tensor3D, size: readonly [number, number], reach: number): tf.Tensor3D {
  const [h, w] = size;
  const small = areaAverage(aoi, size);
  const most = tf.max(small, [1, 2], true);
  const isEmpty = tf.cast(tf.equal(most, 0), 'float32');
  // City-block distances factor: first along the rows, then along the columns.
  const rows = tf.max(tf.mul(tf.expandDims(small, 2), tf.expandDims(tf.expandDims(falls(w, reach), 0), 0)), 3);
  const both = tf.max(tf.mul(tf.expandDims(rows, 1), tf.expandDims(tf.expandDims(falls(h, reach), 0), 3)), 2);
  return tf.add(tf.div(both, tf.add(most, isEmpty)), isEmpty);
}

/** Matrix [n, n] of exp(-|i - j| / (n reach)). */
function falls(n: number, reach: number): tf.Tensor2D {
  const values = Float32Array.from({ length: n * n }, (_, i) =>
    Math.exp(-Math.abs(Math.floor(i / n) - (i % n)) / (n * reach)),
  );
  return tf.tensor2d(values, [n, n]);
}

/**
 * OD = log((T + n) / (S + n)), one value an image, with T = sum H, S = sum H M and n = 0.1: -log of the mean of the mask over the
 * heat, to which n is added inside. Where there is much more heat than n it does not depend on how hot; heat in one place at
 * distance d has d / reach. 0 without heat, and where all of it lies inside.
 *
 * There is no dead zone. The gradient is dOD/dH_j = 1 / (T + n) - M_j / (S + n): cells where the mask is above its mean, (S + n) /
 * (T + n), are pulled up, those below pushed down. Along the heat itself it is
 *
 *     sum_j H_j dOD/dH_j = T / (T + n) - S / (S + n) = n (T - S) / ((T + n) (S + n)),
 *
 * which is above 0 as long as S < T: while any heat lies where the mask is below 1, in one place or in all, overlapping or
 * not, the gradient cannot vanish, and less of that heat is better. No element of it exceeds 1 / n.
 * @param heatmap [N, h, w], >= 0, not normalised
 * @param mask [N, h, w] in (0, 1]
 * @returns [N], >= 0
 */
export function smoothOverlapDistance(heatmap: tf.Tensor3D, mask: tf.Tensor3D): tf.Tensor1D {
  const all = tf.add(tf.sum(heatmap, [1, 2]), little);
  const inside = tf.add(tf.sum(tf.mul(heatmap, mask), [1, 2]), little);
  return tf.sub(tf.log(all), tf.log(inside)) as tf.Tensor1D;
}
