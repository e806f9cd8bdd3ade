/**
 * Second derivatives of batch normalisation in training. With n = (x - mean) s, s = 1 / sqrt(variance + epsilon), <> the
 * mean over N, H and W, and P(g) = g - <g> - n <g n>, the first ones are dx = gamma s P(dy) and dGamma = sum(dy n). Those
 * of these are written with operations that can be differentiated again.
 */
import * as tf from '@tensorflow/tfjs-core';

type T = tf.Tensor;

/** Gradients of a function by its inputs, from that of its result. */
type Gradients = (g: T, inputs: readonly T[]) => T[];

const pixels = [0, 1, 2];
const mean = (x: T): T => tf.mean(x, pixels);

/** The value of `compute`, with gradients by `inputs` that are computed only when somebody asks for them. */
export function withGradients(inputs: T[], compute: () => T, gradients: Gradients): T {
  return tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as (tensors: T[]) => void;
    save(args.slice(0, -1) as T[]);
    return { value: compute(), gradFunc: (g: T, saved: T[]) => gradients(g, saved) };
  })(...inputs);
}

function normalised(x: T, epsilon: number) {
  const centred = tf.sub(x, mean(x));
  const inverse = tf.rsqrt(tf.add(mean(tf.square(centred)), epsilon));
  const normal = tf.mul(centred, inverse);
  const project = (g: T): T => tf.sub(tf.sub(g, mean(g)), tf.mul(normal, mean(tf.mul(g, normal))));
  return { normal, inverse, project };
}

/** Gradients of dx by dy, x and gamma. */
export function inputGradients(epsilon: number): Gradients {
  return (g, inputs) => {
    const [dy, x, gamma] = inputs as [T, T, T];
    const { normal, inverse, project } = normalised(x, epsilon);
    const scale = tf.mul(gamma, inverse);
    const [projected, both] = [project(dy), project(g)];
    const [alongDy, alongG] = [mean(tf.mul(dy, normal)), mean(tf.mul(g, normal))];
    const shared = mean(tf.mul(g, projected));
    const byX = tf.add(tf.mul(normal, shared), tf.add(tf.mul(both, alongDy), tf.mul(projected, alongG)));
    return [
      tf.mul(both, scale),
      tf.neg(tf.mul(byX, tf.mul(scale, inverse))),
      tf.mul(inverse, tf.sum(tf.mul(g, projected), pixels)),
    ];
  };
}

/** Gradients of dGamma by dy and x. */
export function scaleGradients(epsilon: number): Gradients {
  return (g, inputs) => {
    const [dy, x] = inputs as [T, T];
    const { normal, inverse, project } = normalised(x, epsilon);
    return [tf.mul(normal, g), tf.mul(project(dy), tf.mul(inverse, g))];
  };
}
