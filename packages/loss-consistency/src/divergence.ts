import { margin } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';

/** How two predictions are compared: the Jensen-Shannon divergence (`js`), or the squared difference of `logits`. */
export type DivergenceMeasure = 'js' | 'logits';

/**
 * How different two predictions of each image are, 0 where they are the same, with a gradient by both of them.
 *
 *     js:     KL(p || m) / 2 + KL(q || m) / 2, p and q the softmax of the logits, m = (p + q) / 2; in nats, at most log 2
 *     logits: (d(a) - d(b))^2, d the logit of the defective class less that of the good class; without bound
 *
 * @param a logits [N, classes], before softmax
 * @param b as `a`
 * @returns [N], >= 0 up to rounding
 */
export function divergence(a: tf.Tensor2D, b: tf.Tensor2D, measure: DivergenceMeasure): tf.Tensor1D {
  if (measure === 'logits') return tf.square(tf.sub(margin(a), margin(b)));
  const [p, q] = [tf.logSoftmax(a), tf.logSoftmax(b)];
  return tf.mul(tf.add(toMean(p, q), toMean(q, p)), 0.5);
}

/** KL(p || (p + q) / 2) of log-probabilities: log(p / m) = log 2 - log(1 + q / p), finite where p vanishes. */
function toMean(logP: tf.Tensor2D, logQ: tf.Tensor2D): tf.Tensor1D {
  const logRatio = tf.sub(Math.LN2, tf.softplus(tf.sub(logQ, logP)));
  return tf.sum(tf.mul(tf.exp(logP), logRatio), 1);
}
