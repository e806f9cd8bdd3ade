import { definePlugin, type Explainer } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { heatOf, scoreOf } from './score.js';

const options = z.strictObject({
  maps: z
    .int()
    .min(1)
    .default(32)
    .describe('Maps that are tried, those of an image that vary most. The network runs once for each.'),
});

/** Range of a map that says nothing. */
const tiny = 1e-12;

/** Options of the explainer, defaults filled in. */
export type ScoreCamOptions = z.output<typeof options>;

/**
 * Score-CAM (Wang et al. 2020, algorithm 1), without gradients: map A_k, brought to the size of the image and to [0, 1] as H_k,
 * hides the image where it is low, and counts as much as what is then left says of the class:
 *
 *     heatmap = ReLU(sum_k softmax_k(S(X H_k)) A_k)
 *
 * The score of the black image that the paper takes off cancels in the softmax. With fewer maps than the network has, those
 * with the largest variance over the pixels of the image are taken, as Faster Score-CAM does.
 */
function scoreCamExplainer({ maps }: ScoreCamOptions): Explainer {
  return {
    uses: ['images', 'forward'],
    differentiable: false,
    heatmap: ({ images, featureMap, forward }, target) => {
      const chosen = varyingMost(featureMap, maps);
      const scores = chosen.map((map) => scoreOf(forward(tf.mul(images, coverOf(map, images))).logits, target));
      const weights = tf.split(tf.softmax(tf.stack(scores, 1)), scores.length, 1);
      const weighted = chosen.map((map, k) => tf.mul(map, tf.reshape(weights[k] as tf.Tensor, [-1, 1, 1, 1])));
      return heatOf(tf.addN(weighted));
    },
  };
}

/** Some maps of the feature map, each [N, h, w, 1]; other ones for each image. */
function varyingMost(featureMap: tf.Tensor4D, most: number): tf.Tensor4D[] {
  const channels = featureMap.shape[3];
  if (channels <= most) return tf.split(featureMap, channels, 3);
  const { variance } = tf.moments(featureMap, [1, 2]);
  const picked = tf.cast(tf.oneHot(tf.topk(variance, most).indices, channels), 'float32');
  return tf.split(picked, most, 1).map((one) => tf.sum(tf.mul(featureMap, tf.expandDims(one, 1)), 3, true));
}

/** A map [N, h, w, 1] at the size of the images, from 0 where it is lowest to 1; all 0 when it is even. */
function coverOf(map: tf.Tensor4D, { shape: [, height, width] }: tf.Tensor4D): tf.Tensor4D {
  const resized = tf.image.resizeBilinear(map, [height, width], false, true);
  const low = tf.min(resized, [1, 2], true);
  const range = tf.sub(tf.max(resized, [1, 2], true), low);
  return tf.div(tf.sub(resized, low), tf.maximum(range, tiny));
}

/** The explainer plugin `score-cam`. */
export const scoreCam = definePlugin({
  meta: {
    kind: 'explainer',
    id: 'score-cam',
    contract: '^2',
    summary: 'Score-CAM: each map weighted by what the network says of the image that it leaves to be seen.',
  },
  options,
  register: scoreCamExplainer,
});
