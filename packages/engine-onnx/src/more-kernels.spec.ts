/** Kernels beyond those of parity.spec.ts: fused ones, several outputs per channel, gathering in a batch. */
import { describe, it } from '@jest/globals';
import type { HostTensor } from '@foveate/contracts';
import { checkParity, type ParityInput } from '@foveate/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { bothEngines } from './testing/both-engines.js';

type T = tf.Tensor;
type T4 = tf.Tensor4D;

const engines = bothEngines(2);

const ints = (shape: number[], ...values: number[]): HostTensor => ({
  dtype: 'int32',
  shape,
  data: Int32Array.from(values),
});

describe('depthwise convolution with several outputs per channel', () => {
  it.each<[number, number, 'same' | 'valid' | number]>([
    [3, 1, 'same'],
    [3, 2, 'same'],
    [2, 2, 'valid'],
    [3, 1, 1],
    [1, 1, 'same'],
  ])('kernel %d, stride %d, %s', async (k, s, pad) => {
    const inputs = [
      [2, 6, 7, 3],
      [k, k, 3, 2],
    ];
    await checkParity(engines, inputs, (x: T, w: T) => tf.depthwiseConv2d(x as T4, w as T4, s, pad));
  });
});

describe('fused kernels', () => {
  it.each<tf.fused.Activation>(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'])(
    '%s',
    async (activation) => {
      const inputs = [[2, 5, 6, 2], [3, 3, 2, 4], [3, 3, 2, 2], [12, 4], [4], [4]];
      await checkParity(
        engines,
        inputs,
        (x: T, filter: T, depthwise: T, dense: T, bias: T, slope: T) => {
          const shared = {
            bias,
            activation,
            leakyreluAlpha: 0.3,
            ...(activation === 'prelu' && { preluActivationWeights: slope }),
          };
          return [
            tf.fused.conv2d({ x: x as T4, filter: filter as T4, strides: 1, pad: 'same', ...shared }),
            tf.fused.depthwiseConv2d({ x: x as T4, filter: depthwise as T4, strides: 2, pad: 'same', ...shared }),
            tf.fused.matMul({ a: tf.reshape(x, [10, 12]), b: dense, ...shared }),
          ];
        },
        { gradients: [] },
      );
    },
  );
});

describe('gathering', () => {
  it.each<[string, ParityInput[], number, number]>([
    ['one batch axis', [[2, 5], ints([2, 3], 4, 0, 2, 1, 1, 3)], 1, 1],
    ['one batch axis and a later one', [[2, 3, 5, 2], ints([2, 2], 4, 0, 1, 2)], 2, 1],
    ['two batch axes', [[2, 2, 4, 3], ints([2, 2, 1], 3, 0, 1, 2)], 2, 2],
    ['several indices per batch', [[2, 5, 3], ints([2, 2, 2], 4, 0, 2, 1, 1, 3, 0, 0)], 1, 1],
  ])('%s', async (_name, inputs, axis, batchDims) => {
    await checkParity(engines, inputs, (x: T, i: T) => tf.gather(x, i as tf.Tensor1D, axis, batchDims), {
      gradients: [],
    });
  });

  it('and scattering into a tensor', async () => {
    const inputs = [[5, 3], [2, 3], ints([2, 1], 4, 1)];
    await checkParity(engines, inputs, (x: T, updates: T, i: T) => tf.tensorScatterUpdate(x, i, updates), {
      gradients: [],
    });
  });
});

describe('batch norm with statistics per element', () => {
  it('is spelled out', async () => {
    const positive: HostTensor = { dtype: 'float32', shape: [2, 3], data: Float32Array.of(0.5, 2, 1, 3, 0.7, 1.5) };
    await checkParity(
      engines,
      [[2, 3], [2, 3], positive, [2, 3], [2, 3]],
      (x: T, ...parameters: tf.Tensor2D[]) => {
        const [mean, variance, offset, scale] = parameters;
        return tf.batchNorm2d(x as tf.Tensor2D, mean!, variance!, offset, scale);
      },
      { gradients: [] },
    );
  });
});
