/** What tfjs lacks or gets wrong by itself, against its own kernels where they are right and finite differences elsewhere. */
import { describe, it } from '@jest/globals';
import type { HostTensor } from '@foveate/contracts';
import {
  checkParity,
  expectClose,
  finiteDifferences,
  normalTensor,
  runOnce,
  type ParityOptions,
} from '@foveate/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { bothEngines } from './testing/both-engines.js';

type T = tf.Tensor;
type T4 = tf.Tensor4D;

const engines = bothEngines(2);

const combine = (values: T | readonly T[]): tf.Scalar => {
  const list = Array.isArray(values) ? (values as T[]) : [values as T];
  return tf.addN(
    list
      .filter(({ dtype }) => dtype === 'float32')
      .map((y) => tf.sum(tf.mul(y, tf.reshape(tf.cos(tf.range(0, y.size)), y.shape)))),
  ) as tf.Scalar;
};

type Case = [name: string, shapes: number[][], f: (...tensors: T[]) => T | T[]];

/** Values so far apart that a small step changes no order. */
const apart = (x: T): T =>
  tf.add(tf.mul(x, 0.1), tf.reshape(tf.tensor1d(Array.from({ length: x.size }, (_, i) => (i * 7919) % 127)), x.shape));

const withZero = (x: T): T => tf.mul(x, tf.cast(tf.notEqual(tf.round(x), 0), 'float32'));

const cases: Case[] = [
  ...([undefined, 0, [1, 2], [-1]] as const).map((axis): Case => [
    `prod over ${axis}`,
    [[2, 3, 2]],
    (x) => tf.prod(x!, axis === undefined ? axis : [axis].flat()),
  ]),
  ['prod with zeros', [[3, 4]], (x) => tf.prod(withZero(x!), 1, true)],
  ['sum and mean', [[2, 3, 4]], (x) => [tf.sum(x!, [0, -1]), tf.mean(tf.square(x!), 1, true)]],
  [
    'stridedSlice',
    [[5, 6]],
    (x) => [
      tf.stridedSlice(x!, [0, 1], [5, 6], [2, 2]),
      tf.stridedSlice(x!, [4, 5], [0, 0], [-2, -1]),
      tf.stridedSlice(x!, [1, 2], [2, 3], [1, 1], 0, 0, 0, 0, 1),
    ],
  ],
  ['topk', [[2, 5]], (x) => tf.topk(apart(x!), 3).values],
  [
    'einsum, product',
    [
      [3, 4],
      [4, 5],
    ],
    (x, y) => tf.einsum('ij,jk->ki', x!, y!),
  ],
  [
    'einsum, batch',
    [
      [2, 3, 4],
      [2, 4, 5],
    ],
    (x, y) => tf.einsum('bij,bjk->bik', x!, y!),
  ],
  ['einsum, transpose', [[3, 4]], (x) => tf.einsum('ij->ji', x!)],
  [
    'batchNorm without scale and offset',
    [[2, 3, 3, 4], [4]],
    (x, m) => tf.batchNorm(x as T4, m as tf.Tensor1D, tf.tensor1d([0.5, 1, 2, 3])),
  ],
  ['localResponseNormalization', [[2, 3, 2, 6]], (x) => tf.localResponseNormalization(x as T4, 2, 1.5, 0.3, 0.6)],
  ...(
    [
      [[3, 1], 1],
      [[1, 3], 1],
      [[2, 3], 2],
      [[5, 2], 1],
    ] as [[number, number], number][]
  ).flatMap(([[kh, kw], pad]): Case[] => [
    [
      `conv2d ${kh} x ${kw}, padded by ${pad}`,
      [
        [1, 7, 8, 2],
        [kh, kw, 2, 2],
      ],
      (x, w) => tf.conv2d(x as T4, w as T4, 1, pad),
    ],
    [
      `depthwiseConv2d ${kh} x ${kw}, padded by ${pad}`,
      [
        [1, 7, 8, 2],
        [kh, kw, 2, 1],
      ],
      (x, w) => tf.depthwiseConv2d(x as T4, w as T4, 1, pad),
    ],
  ]),
  ['maxPool 2 x 3, padded by 1', [[1, 7, 8, 2]], (x) => tf.maxPool(apart(x!) as T4, [2, 3], 2, 1)],
];

// The JavaScript backend forgets the other operand.
const onnxOnly: Case[] = [
  ['einsum, an axis summed in one operand', [[3, 4], [3]], (x, y) => tf.einsum('ij,i->i', x!, y!)],
];

describe('gradients against finite differences', () => {
  it.each([...cases, ...onnxOnly])('%s', async (...[name, shapes, f]: Case) => {
    const values = shapes.map((shape, i) => normalTensor(shape, 3, `x${i}`));
    const named = Object.fromEntries(values.map((value, i) => [`x${i}`, value]));
    const listOf = (inputs: Readonly<Record<string, T>>): T[] => shapes.map((_, i) => inputs[`x${i}`] as T);
    for (const engine of onnxOnly.some(([only]) => only === name) ? [engines[0]] : engines) {
      const got = await runOnce(
        engine,
        (inputs) => {
          const gradients = tf.grads((...list: T[]) => combine(f(...list)))(listOf(inputs));
          return { outputs: Object.fromEntries(gradients.map((gradient, i) => [`g${i}`, gradient])) };
        },
        named,
      );
      const forward = engine.compile(
        (inputs) => ({ outputs: { y: combine(f(...listOf(inputs))) } }),
        engine.createState({}),
      );
      const at = async (i: number, moved: HostTensor): Promise<number> =>
        (await forward.run({ ...named, [`x${i}`]: moved }))['y']?.data[0] as number;
      for (const [i, value] of values.entries())
        expectClose(`gradient ${i}`, got[`g${i}`], await finiteDifferences((moved) => at(i, moved), value, 1e-2), 1e-2);
    }
  });
});

const none: ParityOptions = { gradients: [] };

describe('forward', () => {
  it.each<[string, number[][], (...tensors: T[]) => T | T[]]>([
    ...cases,
    ...(
      [
        [0, false, false],
        [1, true, false],
        [2, false, true],
        [1, true, true],
      ] as const
    ).map(([axis, exclusive, reverse]): Case => [
      `cumprod ${axis} ${exclusive} ${reverse}`,
      [[3, 5, 2]],
      (x) => tf.cumprod(x!, axis, exclusive, reverse),
    ]),
    ...[false, true].map((whole): Case => [
      `maxPoolWithArgmax ${whole}`,
      [[2, 6, 5, 3]],
      (x) => {
        const { result, indexes } = tf.maxPoolWithArgmax(x as T4, 2, 2, 'same', whole);
        return [result!, indexes!];
      },
    ]),
  ])('%s', async (...[, shapes, f]) => {
    await checkParity(engines, shapes, f as (...tensors: never[]) => T | T[], none);
  });
});
