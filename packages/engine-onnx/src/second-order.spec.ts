/** Gradients that tfjs lacks: of gradients, and of dilated convolutions; against finite differences. */
import { describe, it } from '@jest/globals';
import { checkParity, expectClose, finiteDifferences, normalTensor, runOnce } from '@foveate/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { bothEngines } from './testing/both-engines.js';

type T = tf.Tensor;
type T4 = tf.Tensor4D;

const engines = bothEngines(2);

type Case = [name: string, shapes: number[][], f: (x: T, w: T) => T];

/** A number that depends on every element of a tensor, differently. */
const combine = (y: T): tf.Scalar => tf.sum(tf.mul(y, tf.reshape(tf.cos(tf.range(0, y.size)), y.shape)));

/** Compares the gradients of a function of tensors with central differences, on ONNX Runtime. */
async function checkDifferences(shapes: number[][], f: (...tensors: T[]) => tf.Scalar, tolerance = 5e-3) {
  const [engine] = engines;
  const values = shapes.map((shape, i) => normalTensor(shape, 3, `x${i}`));
  const named = Object.fromEntries(values.map((value, i) => [`x${i}`, value]));
  const listOf = (inputs: Readonly<Record<string, T>>): T[] => shapes.map((_, i) => inputs[`x${i}`] as T);
  const got = await runOnce(
    engine,
    (inputs) => ({
      outputs: Object.fromEntries(
        tf
          .grads(f)(listOf(inputs))
          .map((g, i) => [`g${i}`, g]),
      ),
    }),
    named,
  );
  const state = engine.createState({});
  const forward = engine.compile((inputs) => ({ outputs: { y: f(...listOf(inputs)) } }), state);
  for (const [i, value] of values.entries()) {
    const differences = await finiteDifferences(
      async (moved) => (await forward.run({ ...named, [`x${i}`]: moved }))['y']?.data[0] as number,
      value,
      1e-2,
    );
    expectClose(`gradient ${i}`, got[`g${i}`], differences, tolerance);
  }
  forward.dispose();
  state.dispose();
}

const explicit: tf.backend_util.ExplicitPadding = [
  [0, 0],
  [5, 3],
  [0, 4],
  [0, 0],
];
const dilated: Case[] = (['same', 'valid', explicit] as const).flatMap((pad) =>
  ([2, [1, 3]] as (number | [number, number])[]).flatMap((d): Case[] => [
    [
      `conv2d, dilation ${d}, ${pad.toString()}`,
      [
        [2, 7, 8, 2],
        [3, 2, 2, 3],
      ],
      (x, w) => tf.conv2d(x as T4, w as T4, 1, pad, 'NHWC', d),
    ],
    [
      `depthwiseConv2d, dilation ${d}, ${pad.toString()}`,
      [
        [2, 7, 8, 2],
        [3, 2, 2, 2],
      ],
      (x, w) => tf.depthwiseConv2d(x as T4, w as T4, 1, pad, 'NHWC', d),
    ],
  ]),
);

describe('dilated convolutions', () => {
  it.each(dilated)('%s', async (_name, shapes, f) => {
    await checkDifferences(shapes, (...v) => combine(f(v[0]!, v[1]!)));
    await checkParity(engines, shapes, f);
  });

  it('channels first', async () => {
    const shapes = [
      [2, 2, 7, 8],
      [3, 2, 2, 3],
    ];
    await checkDifferences(shapes, (...v) => combine(tf.conv2d(v[0] as T4, v[1] as T4, 1, 'same', 'NCHW', 2)));
  });
});

/** The gradient of a nonlinear function of f, itself to be differentiated. */
const gradientOf =
  (f: (x: T, w: T) => T) =>
  (x: T, w: T = tf.scalar(1)): T =>
    tf.grad((v) => combine(tf.mul(tf.square(f(v, w)), 0.5)))(x);

const conv: [number, number, 'same' | 'valid' | number][] = [
  [3, 1, 'same'],
  [3, 2, 'same'],
  [2, 2, 'valid'],
  [3, 1, 1],
];
const seconds: Case[] = [
  ...conv.flatMap(([k, s, pad]): Case[] => [
    [
      `conv2d ${k} ${s} ${pad}`,
      [
        [1, 5, 6, 2],
        [k, k, 2, 2],
      ],
      (x, w) => tf.conv2d(x as T4, w as T4, s, pad),
    ],
    [
      `depthwiseConv2d ${k} ${s} ${pad}`,
      [
        [1, 5, 6, 2],
        [k, k, 2, 1],
      ],
      (x, w) => tf.depthwiseConv2d(x as T4, w as T4, s, pad),
    ],
    [`maxPool ${k} ${s} ${pad}`, [[1, 5, 6, 2]], (x) => tf.maxPool(tf.mul(x, 3) as T4, k, s, pad)],
    [`avgPool ${k} ${s} ${pad}`, [[1, 5, 6, 2]], (x) => tf.avgPool(x as T4, k, s, pad)],
  ]),
  [
    'conv2d, dilated',
    [
      [1, 6, 6, 1],
      [2, 2, 1, 2],
    ],
    (x, w) => tf.conv2d(x as T4, w as T4, 1, 'same', 'NHWC', 2),
  ],
  ['resizeBilinear', [[1, 3, 4, 2]], (x) => tf.image.resizeBilinear(x as T4, [5, 6])],
  ['resizeNearestNeighbor', [[1, 3, 4, 2]], (x) => tf.image.resizeNearestNeighbor(x as T4, [6, 8])],
  ['elu', [[4, 5]], (x) => tf.elu(tf.mul(x, 2))],
  ['depthToSpace', [[1, 2, 3, 8]], (x) => tf.depthToSpace(x as T4, 2)],
  ['gatherND', [[5, 3]], (x) => tf.gatherND(x, tf.tensor2d([4, 1, 0, 2], [2, 2], 'int32'))],
  ['scatterND', [[2]], (x) => tf.scatterND(tf.tensor2d([4, 1], [2, 1], 'int32'), x, [6])],
  ['max', [[4, 5]], (x) => tf.max(x, 1)],
  // Functions that save their result, of which tfjs loses a part.
  ['exp', [[4, 5]], (x) => tf.exp(x)],
  ['sigmoid', [[4, 5]], (x) => tf.sigmoid(x)],
  ['swish', [[4, 5]], (x) => tf.mul(x, tf.sigmoid(x))],
  ['tanh', [[4, 5]], (x) => tf.tanh(x)],
  ['softmax', [[4, 5]], (x) => tf.softmax(x)],
  ['logSoftmax', [[4, 5]], (x) => tf.logSoftmax(x)],
  ['logSumExp', [[4, 5]], (x) => tf.logSumExp(x, 1)],
  ['pow', [[4, 5]], (x) => tf.pow(2, x)],
  ['clip and where', [[4, 5]], (x) => tf.where(tf.logicalNot(tf.greater(x, 4)), tf.clipByValue(x, -4, 4), x)],
];

describe('second order', () => {
  it.each(seconds)('%s', async (_name, shapes, f) => {
    await checkDifferences(shapes, (...v) => combine(gradientOf(f)(v[0]!, v[1])), 2e-2);
  });
});
