/** The defective class, which is class 1, in labels and logits. */
import * as tf from '@tensorflow/tfjs-core';

/**
 * 1 for defective images, else 0.
 * @param labels one-hot [N, classes]
 * @returns [N]
 */
export function isDefective(labels: tf.Tensor2D): tf.Tensor1D {
  return column(labels, 1);
}

/**
 * One-hot rows of the defective class, whatever the labels say.
 * @param labels one-hot [N, classes]
 * @returns [N, classes]
 */
export function defectiveClass(labels: tf.Tensor2D): tf.Tensor2D {
  return tf.oneHot(tf.onesLike(tf.argMax(labels, 1)), labels.shape[1]) as tf.Tensor2D;
}

/**
 * How far the defective class is ahead: its logit less that of the good class, the log of their odds.
 * @param logits [N, classes], before softmax
 * @returns [N]
 */
export function margin(logits: tf.Tensor2D): tf.Tensor1D {
  return tf.sub(column(logits, 1), column(logits, 0));
}

function column(rows: tf.Tensor2D, index: number): tf.Tensor1D {
  return tf.squeeze(tf.slice(rows, [0, index], [-1, 1]), [1]);
}
