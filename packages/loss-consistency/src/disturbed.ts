import * as tf from '@tensorflow/tfjs-core';

/**
 * What takes the place of what lies outside the area of interest: that of another image (`swap`), a wide average of it
 * (`blur`), or its `mean` colour.
 */
export type Disturbance = 'swap' | 'blur' | 'mean';

/** Width of the window of `blur`, as a share of the side. */
const window = 0.25;

/**
 * Images whose outside is disturbed and whose inside is as it was; nothing from inside gets out. No image is changed where
 * its area fills it, and nothing is divided by zero where there is none.
 *
 * - `mean`: the mean colour of the outside.
 * - `blur`: at each pixel the mean of the outside pixels in a window of a quarter of each side.
 * - `swap`: the outside of the image as far from the end of the batch as this one is from its start, so that images change
 *   places in pairs; where that one has its area, and for an image without partner (the middle one of an odd number), the
 *   mean colour of the own outside.
 *
 * @param images [N, H, W, 3]
 * @param aoi [N, H, W], 0 or 1
 * @returns [N, H, W, 3]
 */
export function disturbed(images: tf.Tensor4D, aoi: tf.Tensor3D, by: Disturbance): tf.Tensor4D {
  const inside: tf.Tensor4D = tf.expandDims(aoi, 3);
  const outside: tf.Tensor4D = tf.sub(1, inside);
  return blend(images, inside, { swap, blur, mean }[by](images, outside));
}

/** `a` where `share` is 1, `b` where it is 0. */
function blend(a: tf.Tensor4D, share: tf.Tensor4D, b: tf.Tensor4D): tf.Tensor4D {
  return tf.add(tf.mul(a, share), tf.mul(b, tf.sub(1, share)));
}

/** Mean colour of the outside, [N, 1, 1, 3]; black where there is no outside. */
function mean(images: tf.Tensor4D, outside: tf.Tensor4D): tf.Tensor4D {
  const sum = tf.sum(tf.mul(images, outside), [1, 2], true);
  return tf.div(sum, tf.maximum(tf.sum(outside, [1, 2], true), 1));
}

function blur(images: tf.Tensor4D, outside: tf.Tensor4D): tf.Tensor4D {
  const [, height, width] = images.shape;
  const reach = (side: number): number => Math.floor((side * window) / 2);
  const [y, x] = [reach(height), reach(width)];
  // Padded with nothing, so that sums beyond the border are those of the pixels there are. Columns after rows: the cost
  // grows with the side of the window, not with its area.
  const average = (of: tf.Tensor4D): tf.Tensor4D => {
    const padded = tf.pad(of, [
      [0, 0],
      [y, y],
      [x, x],
      [0, 0],
    ]);
    return tf.avgPool(tf.avgPool(padded, [1, 2 * x + 1], 1, 'valid'), [2 * y + 1, 1], 1, 'valid');
  };
  // An outside pixel counts itself, so that its share is above this bound, which is for the inside alone.
  const share = tf.maximum(average(outside), 0.5 / ((2 * x + 1) * (2 * y + 1)));
  return tf.div(average(tf.mul(images, outside)), share);
}

function swap(images: tf.Tensor4D, outside: tf.Tensor4D): tf.Tensor4D {
  const [n] = images.shape;
  const hasPartner = Float32Array.from({ length: n }, (_, i) => Number(2 * i !== n - 1));
  const there: tf.Tensor4D = tf.mul(tf.reverse(outside, 0), tf.tensor4d(hasPartner, [n, 1, 1, 1]));
  return blend(tf.reverse(images, 0), there, mean(images, outside));
}
