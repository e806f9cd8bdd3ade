/** The score that an explainer explains, and what it follows from. */
import type { ModelView } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Score of the target class before softmax.
 * @param logits [N, classes]
 * @param target one-hot [N, classes]
 * @returns [N]
 */
export function scoreOf(logits: tf.Tensor2D, target: tf.Tensor2D): tf.Tensor1D {
  return tf.sum(tf.mul(logits, target), 1);
}

/** Derivative of the score of the target class by the feature map: [N, h, w, K]. */
export function mapGradient({ featureMap, head }: Pick<ModelView, 'featureMap' | 'head'>, target: tf.Tensor2D) {
  // Samples do not mix in the head, so the sum over the batch gives every sample its own gradient.
  const score = (map: tf.Tensor): tf.Scalar => tf.sum(scoreOf(head(map as tf.Tensor4D), target));
  return tf.grad(score)(featureMap) as tf.Tensor4D;
}

/** Heat of a weighted feature map: its sum over the channels, where that is above zero. [N, h, w, K] -> [N, h, w] */
export function heatOf(weighted: tf.Tensor): tf.Tensor3D {
  return tf.relu(tf.sum(weighted, 3));
}
