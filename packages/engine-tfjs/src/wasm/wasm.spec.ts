/** Kernels of the WASM backend that are ours, or that had faults, against the pure JavaScript backend. */
import { describe, expect, it } from '@jest/globals';
import { checkParity, expectClose, finiteDifferences, normalTensor, runOnce, type ParityInput } from '@foveate/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { loadTfjsEngine, tfjsEngine } from '../index.js';

const wasm = await loadTfjsEngine({ backend: 'wasm', threads: 1 });
const engines = [wasm, tfjsEngine()] as const;

type T = tf.Tensor;
type T4 = tf.Tensor4D;
type Case = [name: string, inputs: ParityInput[], f: (...tensors: never[]) => T];

const pads = ['same', 'valid', 1] as const;
const convolutions = [1, 2, 3].flatMap((stride) =>
  pads.flatMap((pad): Case[] => [
    [
      `conv2d, stride ${stride}, ${pad}`,
      [
        [2, 7, 6, 3],
        // With a number as padding, tfjs computes the width of the result from the height of the filter.
        pad === 1 ? [3, 3, 3, 4] : [3, 2, 3, 4],
      ],
      (x: T4, w: T4) => tf.conv2d(x, w, stride, pad, 'NHWC', 1, pad === 1 ? 'floor' : undefined),
    ],
    [
      `depthwiseConv2d, stride ${stride}, ${pad}`,
      [
        [2, 8, 7, 3],
        [3, 3, 3, 1],
      ],
      (x: T4, w: T4) => tf.depthwiseConv2d(x, w, stride, pad, 'NHWC', 1, pad === 1 ? 'floor' : undefined),
    ],
    [
      `maxPool, stride ${stride}, ${pad}`,
      [[2, 7, 6, 3]],
      (x: T4) => tf.maxPool(x, 3, stride, pad, pad === 1 ? 'floor' : undefined),
    ],
  ]),
);

const cases: Case[] = [
  ...convolutions,
  [
    'conv2d, filter one pixel high, asymmetric stride',
    [
      [1, 5, 9, 2],
      [1, 4, 2, 3],
    ],
    (x: T4, w: T4) => tf.conv2d(x, w, [1, 2], 'same'),
  ],
  [
    'conv2d padded further than its filter reaches',
    [
      [1, 4, 4, 2],
      [2, 2, 2, 3],
    ],
    (x: T4, w: T4) => tf.conv2d(x, w, 1, 3, 'NHWC', 1, 'floor'),
  ],
  [
    'conv2dTranspose',
    [
      [2, 3, 4, 3],
      [2, 2, 5, 3],
    ],
    (x: T4, w: T4) => tf.conv2dTranspose(x, w, [2, 6, 8, 5], 2, 'same'),
  ],
  [
    'depthwiseConv2d with two filters per channel',
    [
      [2, 6, 5, 3],
      [3, 3, 3, 2],
    ],
    (x: T4, w: T4) => tf.depthwiseConv2d(x, w, 1, 'same'),
  ],
  [
    'depthwiseConv2d, dilated',
    [
      [2, 8, 8, 2],
      [3, 3, 2, 1],
    ],
    (x: T4, w: T4) => tf.depthwiseConv2d(x, w, 1, 'same', 'NHWC', 2),
  ],
  ['avgPool', [[2, 6, 6, 3]], (x: T4) => tf.avgPool(x, 2, 2, 'valid')],
  ['sum over the first axes', [[3, 4, 5, 2]], (x: T) => tf.sum(x, [0, 1, 2])],
  ['sum over the last axes, kept', [[3, 4, 5]], (x: T) => tf.sum(x, [1, 2], true)],
  ['sum over all', [[3, 4]], (x: T) => tf.sum(x)],
  ['mean in the middle', [[3, 4, 5]], (x: T) => tf.mean(x, 1)],
  ['mean over axes with one between', [[3, 4, 5]], (x: T) => tf.mean(x, [0, 2])],
  [
    'einsum',
    [
      [2, 3],
      [3, 4],
    ],
    (a: T, b: T) => tf.einsum('ij,jk->ki', a, b),
  ],
  [
    'gather',
    [[4, 3], { dtype: 'int32', shape: [5], data: Int32Array.of(0, 3, 3, 1, 0) }],
    (x: T, i: tf.Tensor1D) => tf.gather(x, i),
  ],
  ['cast to bool', [[3, 4]], (x: T) => tf.cast(tf.cast(tf.relu(x), 'bool'), 'float32')],
  [
    'one-hot',
    [{ dtype: 'int32', shape: [3], data: Int32Array.of(2, 0, 1) }],
    (i: tf.Tensor1D) => tf.oneHot(i, 4, 0.5, -2, 'float32'),
  ],
  ['second derivative of conv2d', [[1, 6, 6, 2]], (x: T4) => secondOrder(x)],
];

function secondOrder(x: T4): T {
  const w = tf.reshape(tf.sin(tf.range(0, 36)), [3, 3, 2, 2]) as T4;
  const f = (y: T): T => {
    const z = tf.conv2d(y as T4, w, 1, 'same');
    return tf.sum(tf.mul(z, tf.square(z)));
  };
  return tf.grad(f)(x);
}

// tfjs differentiates none of these.
const noGradient = /one-hot|cast|einsum/;

describe('kernels for training', () => {
  it.each(cases)('%s', async (...[name, inputs, f]) => {
    await checkParity(engines, inputs, f, noGradient.test(name) ? { gradients: [] } : {});
  });

  it('average pooling has the gradient of finite differences at borders, where pure JavaScript has not', async () => {
    const x = normalTensor([1, 5, 5, 2], 1, 'x');
    const scalar = (at: T): tf.Scalar => {
      const y = tf.avgPool(at as T4, 3, 2, 'same');
      return tf.sum(tf.mul(y, tf.reshape(tf.sin(tf.range(0, y.size)), y.shape)));
    };
    const { dx } = await runOnce(wasm, ({ x: at }) => ({ outputs: { dx: tf.grad(scalar)(at as T) } }), { x });
    const forward = wasm.compile(({ x: at }) => ({ outputs: { y: scalar(at as T) } }), wasm.createState({}));
    const differences = await finiteDifferences(async (at) => (await forward.run({ x: at }))['y']!.data[0]!, x, 1);
    expectClose('dx', dx, differences, 1e-4);
  });

  it('says which kernel is missing', async () => {
    const fft = runOnce(wasm, ({ x }) => ({ outputs: { y: tf.real(tf.fft(tf.complex(x as T, x as T))) } }), {
      x: normalTensor([4], 1, 'x'),
    });
    await expect(fft).rejects.toMatchObject({ code: 'ENGINE_UNSUPPORTED' });
  });
});

describe('the backend', () => {
  it('leaves no tensors behind', async () => {
    const inputs = { x: normalTensor([2, 6, 6, 3], 1, 'x'), w: normalTensor([3, 3, 3, 4], 1, 'w') };
    const gradient = tf.grads((x, w) => tf.sum(tf.maxPool(tf.conv2d(x as T4, w as T4, 1, 'same'), 2, 2, 'same')));
    const compiled = wasm.compile(({ x, w }) => {
      const [dx, dw] = gradient([x as T, w as T]) as [T, T];
      return { outputs: { dx, dw } };
    }, wasm.createState({}));
    await compiled.run(inputs);
    const before = tf.engine().state.numTensors;
    for (let index = 0; index < 3; index++) await compiled.run(inputs);
    expect(tf.engine().state.numTensors).toBe(before);
  });

  it('is one of several in a process, and each has its own state', async () => {
    const [first, second] = engines;
    const state = first.createState({ a: normalTensor([2], 1, 'a') });
    expect(() => second.compile(() => ({ outputs: {} }), state)).toThrow("one of tfjs backend 'cpu'");
    expect(tf.engine().registryFactory).toHaveProperty('wasm');
    expect((await loadTfjsEngine({ backend: 'wasm' })).info.description).toBe(wasm.info.description);
  });
});
