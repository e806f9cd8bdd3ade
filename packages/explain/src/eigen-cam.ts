import { definePlugin, type Explainer } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** Steps of the power iteration. What is not the first component has shrunk by (s2 / s1)^64, s the singular values. */
const steps = 32;

/** Keeps divisions by what may be zero finite; against numbers near 1. */
const tiny = 1e-12;

/**
 * Eigen-CAM (Muhammad and Yeasin 2020): the feature map of an image, a row for each pixel, projected onto its first right
 * singular vector: ReLU(A v_1) = ReLU(s_1 u_1). What stands out in the map, whatever the class.
 *
 * v_1 is found by power iteration on A'A from the sum of the rows, which also settles its sign: the projections sum up to
 * something positive.
 */
function heatmap({ featureMap }: Parameters<Explainer['heatmap']>[0]): tf.Tensor3D {
  const [, height, width, channels] = featureMap.shape;
  const rows = tf.reshape(featureMap, [-1, height * width, channels]) as tf.Tensor3D;
  const size = tf.sqrt(tf.add(tf.mean(tf.square(rows), [1, 2], true), tiny));
  const scaled: tf.Tensor3D = tf.div(rows, size);
  let vector = unit(tf.sum(scaled, 1, true));
  for (let step = 0; step < steps; step++) vector = unit(tf.matMul(tf.matMul(vector, scaled, false, true), scaled));
  return tf.relu(tf.reshape(tf.matMul(rows, vector, false, true), [-1, height, width]));
}

/** [N, 1, K], each of length 1 but where all is zero. */
function unit(vectors: tf.Tensor3D): tf.Tensor3D {
  return tf.div(vectors, tf.sqrt(tf.add(tf.sum(tf.square(vectors), 2, true), tiny)));
}

/** The explainer plugin `eigen-cam`. */
export const eigenCam = definePlugin({
  meta: {
    kind: 'explainer',
    id: 'eigen-cam',
    contract: '^2',
    summary: 'Eigen-CAM: the first principal component of the feature map, whatever the class.',
  },
  options: z.strictObject({}),
  register: (): Explainer => ({ uses: [], differentiable: true, classAgnostic: true, heatmap }),
});
