import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { batchNormTraining } from './batch-norm.js';
import { stopGradient } from './gradients.js';

beforeAll(() => {
  // Without it the backend advises to install another one.
  tf.env().set('PROD', true);
  return tf.setBackend('cpu');
});

describe('batchNormTraining', () => {
  it('agrees, forward and backward, with differentiating the definition', () => {
    const x = tf.tensor4d(
      Float32Array.from({ length: 2 * 3 * 3 * 2 }, (_, i) => Math.sin(i * 1.7)),
      [2, 3, 3, 2],
    );
    const weight = tf.tensor4d(
      Float32Array.from({ length: x.size }, (_, i) => Math.cos(i * 0.9)),
      [2, 3, 3, 2],
    );
    const gamma = tf.tensor1d([0.5, 1.5]);
    const beta = tf.tensor1d([0.1, -0.2]);
    const definition = (input: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor) => {
      const mean = tf.mean(input, [0, 1, 2]);
      const variance = tf.mean(tf.square(tf.sub(input, mean)), [0, 1, 2]);
      return tf.add(tf.mul(tf.div(tf.sub(input, mean), tf.sqrt(tf.add(variance, 1e-3))), scale), offset);
    };
    const objective = (f: typeof definition) =>
      tf.valueAndGrads((...v) => tf.sum(tf.mul(f(v[0]!, v[1]!, v[2]!), weight)));
    const ours = objective(
      (a, b, c) => batchNormTraining(a as tf.Tensor4D, b as tf.Tensor1D, c as tf.Tensor1D, 1e-3).y,
    );
    const expected = objective(definition)([x, gamma, beta]);
    const got = ours([x, gamma, beta]);
    got.grads.forEach((gradient, index) => {
      const want = expected.grads[index]!.dataSync();
      gradient.dataSync().forEach((value, i) => expect(value).toBeCloseTo(want[i]!, 4));
    });
    expect(got.value.dataSync()[0]).toBeCloseTo(expected.value.dataSync()[0]!, 4);
  });
});

describe('stopGradient', () => {
  it('passes the value and no gradient', () => {
    const gradient = tf.grad((x) =>
      tf.sum(
        tf.mul(
          x,
          stopGradient(x, (y) => tf.square(y)),
        ),
      ),
    );
    expect([...gradient(tf.tensor1d([2, 3])).dataSync()]).toEqual([4, 9]);
  });
});
