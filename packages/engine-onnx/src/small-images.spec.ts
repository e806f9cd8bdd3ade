/** Depthwise convolutions on both sides of the size at which they are done by matrices, and scalars on 1x1 filters. */
import { describe, it } from '@jest/globals';
import { checkParity } from '@foveate/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { bothEngines } from './testing/both-engines.js';

type T = tf.Tensor;
type T4 = tf.Tensor4D;

const engines = bothEngines(2);

describe('depthwise convolution', () => {
  it.each<[number, number, number, number, number, 'same' | 'valid' | number]>([
    // 49, 64 and 63 pixels: matrices. 72, 81 and 132: convolutions.
    [7, 7, 5, 1, 1, 'same'],
    [8, 8, 3, 2, 1, 'same'],
    [9, 7, 3, 2, 1, 'valid'],
    [7, 7, 3, 1, 2, 2],
    [1, 5, 3, 1, 1, 'same'],
    [9, 8, 5, 1, 1, 'same'],
    [9, 9, 3, 2, 1, 'same'],
    [12, 11, 3, 1, 1, 1],
  ])('%dx%d pixels, kernel %d, stride %d, dilation %d, %s', async (height, width, k, stride, dilation, pad) => {
    const inputs = [
      [2, height, width, 5],
      [k, k, 5, 1],
    ];
    await checkParity(engines, inputs, (x: T, w: T) =>
      tf.depthwiseConv2d(x as T4, w as T4, stride, pad, 'NHWC', dilation),
    );
  });
});

describe('operations with scalars', () => {
  it.each([
    [1, 1, 80, 60],
    [80, 60, 1, 1],
    [5000, 1],
    [1, 5000],
  ])('on a filter [%d, %d, …]', async (...shape) => {
    await checkParity(engines, [shape], (x: T) => tf.sub(1, tf.mul(tf.add(tf.mul(x, 0.9), tf.square(x)), 0.5)));
  });
});
