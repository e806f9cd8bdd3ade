import * as tf from '@tensorflow/tfjs-core';

/**
 * The share of each cell of a coarser grid that lies inside a mask: exact area averages, so that an area smaller than a
 * cell does not vanish and sizes need not divide.
 * @param mask [N, H, W], 0 or 1
 * @param size [h, w] of the grid, usually that of a heatmap
 * @returns [N, h, w] in [0, 1]
 */
export function areaAverage(mask: tf.Tensor3D, [h, w]: readonly [number, number]): tf.Tensor3D {
  const [n, height, width] = mask.shape;
  const along = (x: tf.Tensor3D, from: number, to: number): tf.Tensor3D =>
    tf.reshape(tf.matMul(tf.reshape(x, [-1, from]), averages(from, to)), [x.shape[0], x.shape[1], to]);
  const narrow = along(mask, width, w);
  const small = along(tf.transpose(narrow, [0, 2, 1]), height, h);
  return tf.reshape(tf.transpose(small, [0, 2, 1]), [n, h, w]);
}

/** Matrix [from, to] whose column j averages the interval [j, j + 1) from / to. */
function averages(from: number, to: number): tf.Tensor2D {
  const size = from / to;
  const values = Float32Array.from({ length: from * to }, (_, index) => {
    const [pixel, cell] = [Math.floor(index / to), index % to];
    const shared = Math.min(pixel + 1, (cell + 1) * size) - Math.max(pixel, cell * size);
    return Math.max(0, shared) / size;
  });
  return tf.tensor2d(values, [from, to]);
}
