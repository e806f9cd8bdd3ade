import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { batchNormTraining } from './batch-norm.js';
import { stopGradient, withoutGradient } from './gradients.js';

beforeAll(() => {
  // Without it the backend advises to install another one.
  tf.env().set('PROD', true);
  return tf.setBackend('cpu');
});

const waves = (step: number) =>
  tf.tensor4d(
    Float32Array.from({ length: 2 * 3 * 3 * 2 }, (_, i) => Math.sin(i * step)),
    [2, 3, 3, 2],
  );

type BatchNorm = (input: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor) => tf.Tensor;

const ours: BatchNorm = (x, gamma, beta) =>
  batchNormTraining(x as tf.Tensor4D, gamma as tf.Tensor1D, beta as tf.Tensor1D, 1e-3).y;

const definition: BatchNorm = (x, gamma, beta) => {
  const mean = tf.mean(x, [0, 1, 2]);
  const variance = tf.mean(tf.square(tf.sub(x, mean)), [0, 1, 2]);
  return tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-3))), gamma), beta);
};

describe('batchNormTraining', () => {
  const weighted =
    (f: BatchNorm): BatchNorm =>
    (...v) =>
      tf.sum(tf.mul(tf.tanh(f(...v)), waves(0.9)));
  const squareOf =
    (by: 0 | 1) =>
    (f: BatchNorm): BatchNorm =>
    (...v) =>
      tf.sum(tf.square(tf.mul(tf.grads(weighted(f))(v)[by]!, by === 0 ? waves(0.4) : 1)));

  it.each([
    ['it', weighted],
    ['its gradient by the input', squareOf(0)],
    ['its gradient by the scale', squareOf(1)],
    ['the gradient of its gradient', (f: BatchNorm) => squareOf(0)(squareOf(0)(f))],
  ])('has the gradient of its definition where %s is differentiated', (_, objective) => {
    const at = [waves(1.7), tf.tensor1d([0.5, 1.5]), tf.tensor1d([0.1, -0.2])];
    const [got, expected] = [ours, definition].map((f) => tf.valueAndGrads(objective(f) as never)(at));
    expect(got!.value.dataSync()[0]).toBeCloseTo(expected!.value.dataSync()[0]!, 3);
    got!.grads.forEach((gradient, index) => {
      const want = expected!.grads[index]!.dataSync();
      gradient
        .dataSync()
        .forEach((value, i) =>
          expect(value / (1 + Math.abs(want[i]!))).toBeCloseTo(want[i]! / (1 + Math.abs(want[i]!)), 3),
        );
    });
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

describe('withoutGradient', () => {
  it('gives constants, also of what takes gradients itself', () => {
    // x times the constant 3 x^2, which is the gradient of x^3.
    const gradient = tf.grad((x) => {
      const slope = withoutGradient(() => tf.grad((y) => tf.sum(tf.mul(tf.square(y), y)))(x));
      return tf.sum(tf.mul(x, slope));
    });
    expect([...gradient(tf.tensor1d([2, 3])).dataSync()]).toEqual([12, 27]);
  });

  it('leaves the gradients around it as they were when it fails', () => {
    const gradient = tf.grad((x) => {
      expect(() =>
        withoutGradient(() => {
          throw new Error('no value');
        }),
      ).toThrow('no value');
      return tf.sum(tf.square(x));
    });
    expect([...gradient(tf.tensor1d([2, 3])).dataSync()]).toEqual([4, 6]);
  });
});
