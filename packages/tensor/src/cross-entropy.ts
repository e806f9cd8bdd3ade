import * as tf from '@tensorflow/tfjs-core';

/**
 * Categorical cross-entropy of each sample: CE_i = -sum_c target_ic log softmax(logits_i)_c.
 * @param logits [N, classes], before softmax
 * @param labels one-hot [N, classes]
 * @param labelSmoothing share of the target that is spread evenly over all classes, in [0, 1) (Szegedy et al. 2016)
 * @returns [N], >= 0
 */
export function crossEntropy(logits: tf.Tensor2D, labels: tf.Tensor2D, labelSmoothing = 0): tf.Tensor1D {
  const target =
    labelSmoothing === 0 ? labels : tf.add(tf.mul(labels, 1 - labelSmoothing), labelSmoothing / labels.shape[1]);
  return tf.neg(tf.sum(tf.mul(target, tf.logSoftmax(logits)), 1));
}
