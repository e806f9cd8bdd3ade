/** Batch normalisation in training as one differentiable operation. */
import * as tf from '@tensorflow/tfjs-core';
import { inputGradients, scaleGradients, withGradients } from './batch-norm-gradients.js';
import { stopGradient } from './gradients.js';

/** What {@link batchNormTraining} returns. */
export interface BatchNormResult {
  /** Normalised input [N, H, W, C]. */
  readonly y: tf.Tensor4D;
  /** Mean over N, H and W [C], a constant to differentiation. */
  readonly mean: tf.Tensor1D;
  /** Biased variance over N, H and W [C], a constant to differentiation. */
  readonly variance: tf.Tensor1D;
}

const pixels = [0, 1, 2];

/**
 * y = gamma (x - mean) / sqrt(variance + epsilon) + beta with the statistics of the batch (Ioffe and Szegedy 2015).
 * The backward pass is the closed form dx = a dy + b x + c with per-channel a, b and c: two reductions and one sweep,
 * where differentiating the definition takes several times as many sweeps over memory.
 * @param x [N, H, W, C]
 * @param gamma [C] scale
 * @param beta [C] offset
 */
export function batchNormTraining(
  x: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
): BatchNormResult {
  const mean = stopGradient<tf.Tensor1D>(x, (input) => tf.mean(input, pixels));
  const variance = stopGradient<tf.Tensor1D>(x, (input) =>
    // Rounding can leave a constant channel slightly below zero.
    tf.relu(tf.sub(tf.mean(tf.square(input), pixels), tf.square(mean))),
  );
  const normalise = tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as (tensors: tf.Tensor[]) => void;
    const [input, scale, offset] = args as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D];
    save([input, scale, mean, variance]);
    return {
      value: tf.batchNorm4d(input, mean, variance, offset, scale, epsilon),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => backward(dy, saved, epsilon),
    };
  });
  return { y: normalise(x, gamma, beta) as tf.Tensor4D, mean, variance };
}

/**
 * Gradients with respect to x, gamma and beta. Mean and variance are constants here; what is computed from them has
 * gradients of its own, through the statistics, for whoever differentiates the backward pass.
 */
function backward(dy: tf.Tensor, saved: readonly tf.Tensor[], epsilon: number): tf.Tensor[] {
  const [x, gamma, mean, variance] = saved as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];
  const count = x.size / mean.size;
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  const dBeta = tf.sum(dy, pixels);
  const dGamma = tf.mul(inverse, tf.sub(tf.sum(tf.mul(dy, x), pixels), tf.mul(mean, dBeta)));
  const a = tf.mul(gamma, inverse);
  const b = tf.mul(tf.mul(a, inverse), tf.div(dGamma, -count));
  const c = tf.sub(tf.mul(tf.neg(mean), b), tf.mul(a, tf.div(dBeta, count)));
  return [
    withGradients([dy, x, gamma], () => tf.add(tf.mul(dy, a), tf.add(tf.mul(x, b), c)), inputGradients(epsilon)),
    withGradients([dy, x], () => tf.clone(dGamma), scaleGradients(epsilon)),
    dBeta,
  ];
}
