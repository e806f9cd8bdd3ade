/** Every traced kernel against the pure JavaScript backend, forward and backward. */
import { afterAll, describe, it } from '@jest/globals';
import { tfjsEngine } from '@foveate/engine-tfjs';
import {
  checkParity,
  expectClose,
  finiteDifferences,
  normalTensor,
  runOnce,
  type ParityInput,
  type ParityOptions,
} from '@foveate/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { onnxEngine } from './index.js';

const engines = [onnxEngine({ threads: 2 }), tfjsEngine()] as const;
afterAll(() => {
  engines.forEach((engine) => {
    engine.dispose();
  });
});

type Case = [
  name: string,
  inputs: ParityInput[],
  f: (...tensors: never[]) => tf.Tensor | tf.Tensor[],
  options?: ParityOptions,
];

const none: ParityOptions = { gradients: [] };
const ints = (shape: number[], ...values: number[]): ParityInput => ({
  dtype: 'int32',
  shape,
  data: Int32Array.from(values),
});
/** Away from zero and positive, for logarithms, roots and divisors. */
const positive = (...shape: number[]): ParityInput => {
  const { data } = normalTensor(shape, 3, 'positive');
  return { dtype: 'float32', shape, data: (data as Float32Array).map((value) => Math.abs(value) + 0.5) };
};
/** In (-0.9, 0.9). */
const small = (...shape: number[]): ParityInput => {
  const { data } = normalTensor(shape, 4, 'small');
  return { dtype: 'float32', shape, data: (data as Float32Array).map((value) => 0.9 * Math.tanh(value)) };
};
type T = tf.Tensor;
type T4 = tf.Tensor4D;

const unary: Case[] = [
  ...(
    [
      'abs',
      'neg',
      'exp',
      'square',
      'relu',
      'relu6',
      'sigmoid',
      'softplus',
      'tanh',
      'sin',
      'cos',
      'atan',
      'sinh',
      'cosh',
      'asinh',
      'elu',
      'selu',
      'erf',
      'floor',
      'ceil',
      'sign',
      'expm1',
      'step',
      'leakyRelu',
    ] as const
  ).map((name): Case => [name, [[2, 3, 4, 2]], (x: T) => (tf[name] as (x: T) => T)(x)]),
  ...(['log', 'sqrt', 'rsqrt', 'reciprocal', 'log1p'] as const).map((name): Case => [
    name,
    [positive(3, 4)],
    (x: T) => tf[name](x),
  ]),
  ...(['asin', 'acos', 'atanh', 'tan'] as const).map((name): Case => [name, [small(3, 4)], (x: T) => tf[name](x)]),
  ['acosh', [positive(3, 4)], (x: T) => tf.acosh(tf.add(x, 1))],
  ['round', [[3, 4]], (x: T) => tf.round(x)],
  ['clipByValue', [[3, 4]], (x: T) => tf.clipByValue(x, -0.5, 0.7)],
  ['isNaN', [[3, 4]], (x: T) => tf.cast(tf.isNaN(tf.log(x)), 'float32'), none],
  ['isInf', [[3, 4]], (x: T) => tf.cast(tf.isInf(tf.div(x, tf.floor(x))), 'float32'), none],
  ['isFinite', [[3, 4]], (x: T) => tf.cast(tf.isFinite(tf.log(x)), 'float32'), none],
  ['cast to int and back', [[3, 4]], (x: T) => tf.cast(tf.cast(tf.mul(x, 3), 'int32'), 'float32'), none],
  ['cast to bool and back', [[3, 4]], (x: T) => tf.cast(tf.cast(tf.relu(x), 'bool'), 'float32'), none],
];

const shapes: [number[], number[]][] = [
  [
    [2, 3, 4, 5],
    [2, 3, 4, 5],
  ],
  [[2, 3, 4, 5], [5]],
  [
    [2, 3, 4, 5],
    [3, 1, 5],
  ],
  [
    [1, 3, 1, 5],
    [2, 1, 4, 1],
  ],
  [[4], []],
  [
    [2, 1],
    [1, 3],
  ],
];
const binary: Case[] = shapes.flatMap(([a, b]): Case[] => [
  [`add ${a} ${b}`, [a, b], (x: T, y: T) => tf.add(x, y)],
  [`sub ${a} ${b}`, [a, b], (x: T, y: T) => tf.sub(x, y)],
  [`mul ${a} ${b}`, [a, b], (x: T, y: T) => tf.mul(x, y)],
  [`div ${a} ${b}`, [a, positive(...b)], (x: T, y: T) => tf.div(x, y)],
  [`maximum ${a} ${b}`, [a, b], (x: T, y: T) => tf.maximum(x, y)],
  [`minimum ${a} ${b}`, [a, b], (x: T, y: T) => tf.minimum(x, y)],
  [`pow ${a} ${b}`, [positive(...a), b], (x: T, y: T) => tf.pow(x, y)],
  [
    `comparisons ${a} ${b}`,
    [a, b],
    (x: T, y: T) =>
      [
        tf.greater(x, y),
        tf.greaterEqual(x, y),
        tf.less(x, y),
        tf.lessEqual(x, y),
        tf.equal(x, y),
        tf.notEqual(x, y),
      ].map((c) => tf.cast(c, 'int32')),
    none,
  ],
]);

/** Sizes and conventions of resizing: [size, alignCorners, halfPixelCenters]. */
const resizings: [[number, number], boolean, boolean][] = [
  [[6, 7], false, false],
  [[5, 7], true, false],
  [[6, 8], false, true],
  [[2, 3], false, true],
];

const others: Case[] = [
  [
    'squaredDifference',
    [
      [2, 3, 4],
      [2, 3, 4],
    ],
    (x: T, y: T) => tf.squaredDifference(x, y),
  ],
  [
    'atan2',
    [
      [3, 4],
      [3, 4],
    ],
    (x: T, y: T) => tf.atan2(x, y),
  ],
  ['mod', [[3, 4], positive(3, 4)], (x: T, y: T) => tf.mod(x, y)],
  ['floorDiv', [[3, 4], positive(3, 4)], (x: T, y: T) => tf.floorDiv(x, y), none],
  [
    'integer arithmetic',
    [ints([4], 7, -7, 3, 9), ints([4], 2, 2, -2, 4)],
    (x: T, y: T) => [tf.add(x, y), tf.mul(x, y), tf.floorDiv(x, y), tf.mod(x, y)],
  ],
  [
    'logic',
    [
      [3, 4],
      [3, 4],
    ],
    (x: T, y: T) =>
      [
        tf.logicalAnd(tf.greater(x, 0), tf.greater(y, 0)),
        tf.logicalOr(tf.greater(x, 0), tf.greater(y, 0)),
        tf.logicalNot(tf.greater(x, 0)),
        tf.logicalXor(tf.greater(x, 0), tf.greater(y, 0)),
      ].map((c) => tf.cast(c, 'int32')),
    none,
  ],
  [
    'where',
    [
      [3, 4],
      [3, 4],
    ],
    (x: T, y: T) => tf.where(tf.greater(x, 0), x, y),
  ],
  ['prelu', [[2, 3, 3, 4], [4]], (x: T, a: T) => tf.prelu(x, a), { gradients: [0] }],
  [
    'addN',
    [
      [3, 4],
      [3, 4],
      [3, 4],
    ],
    (x: T, y: T, z: T) => tf.addN([x, y, z]),
  ],
  ['x times one and x plus zero', [[2, 3]], (x: T) => tf.add(tf.mul(x, tf.ones([4, 2, 3])), tf.zeros([1, 2, 3]))],
  ...(
    [
      [undefined, false],
      [[0], false],
      [[1, 2], true],
      [[0, 1, 2], false],
      [[-1], false],
      [[0, 3], true],
    ] as const
  ).flatMap(([axis, keep]): Case[] => [
    [`sum ${axis} ${keep}`, [[2, 3, 4, 5]], (x: T) => tf.sum(x, axis === undefined ? axis : [...axis], keep)],
    [`mean ${axis} ${keep}`, [[2, 3, 4, 5]], (x: T) => tf.mean(x, axis === undefined ? axis : [...axis], keep)],
    [`max ${axis} ${keep}`, [[2, 3, 4, 5]], (x: T) => tf.max(x, axis === undefined ? axis : [...axis], keep)],
    [`min ${axis} ${keep}`, [[2, 3, 4, 5]], (x: T) => tf.min(x, axis === undefined ? axis : [...axis], keep)],
    [`prod ${axis} ${keep}`, [[2, 2, 2, 3]], (x: T) => tf.prod(x, axis === undefined ? axis : [...axis], keep), none],
  ]),
  ['sum of a broadcast', [[3, 1]], (x: T) => tf.sum(tf.mul(tf.broadcastTo(x, [3, 7]), tf.ones([2, 3, 7])), [0, 2])],
  [
    'all and any',
    [[3, 4]],
    (x: T) => [tf.all(tf.greater(x, -1), 1), tf.any(tf.greater(x, 1), 0)].map((c) => tf.cast(c, 'int32')),
    none,
  ],
  ['argMax and argMin', [[3, 4, 5]], (x: T) => [tf.argMax(x, 1), tf.argMin(x, -1)], none],
  ['softmax', [[3, 4]], (x: T) => tf.softmax(x)],
  ['logSoftmax', [[3, 4]], (x: T) => tf.logSoftmax(x)],
  ['logSumExp', [[3, 4]], (x: T) => tf.logSumExp(x, 1)],
  ['cumsum', [[3, 4]], (x: T) => [tf.cumsum(x, 1), tf.cumsum(x, 0, true, true)]],
  [
    'topk',
    [[3, 6]],
    (x: T) => {
      const { values, indices } = tf.topk(x, 3);
      return [values, indices];
    },
    none,
  ],
  ['oneHot', [ints([2, 2], 0, 2, 1, 3)], (x: T) => tf.oneHot(x as tf.Tensor2D, 4)],
  [
    'einsum',
    [
      [3, 4],
      [4, 5],
    ],
    (x: T, y: T) => tf.einsum('ij,jk->ki', x, y),
    none,
  ],
  [
    'moments',
    [[2, 3, 3, 4]],
    (x: T) => {
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      return [mean, variance];
    },
  ],
  ...(
    [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const
  ).map(([ta, tb]): Case => [
    `matMul ${ta} ${tb}`,
    [ta ? [4, 3] : [3, 4], tb ? [5, 4] : [4, 5]],
    (x: T, y: T) => tf.matMul(x, y, ta, tb),
  ]),
  [
    'matMul of a transpose',
    [
      [4, 3],
      [4, 5],
    ],
    (x: T, y: T) => tf.matMul(tf.transpose(x), y),
  ],
  [
    'matMul in a batch',
    [
      [2, 3, 4],
      [2, 5, 4],
    ],
    (x: T, y: T) => tf.matMul(x, y, false, true),
  ],
  ['reshape', [[2, 3, 4]], (x: T) => tf.reshape(x, [4, 6])],
  [
    'reshape after a convolution',
    [
      [2, 4, 4, 3],
      [3, 3, 3, 2],
    ],
    (x: T, w: T) => tf.reshape(tf.conv2d(x as T4, w as T4, 1, 'same'), [2, 32]),
  ],
  ['squeeze and expandDims', [[2, 1, 3, 1]], (x: T) => [tf.squeeze(x), tf.expandDims(x, 2)]],
  ['transpose', [[2, 3, 4]], (x: T) => tf.transpose(x, [2, 0, 1])],
  ['slice', [[4, 5, 3]], (x: T) => tf.slice(x, [1, 2, 0], [2, 3, -1])],
  [
    'stridedSlice',
    [[5, 6]],
    (x: T) => [tf.stridedSlice(x, [0, 1], [5, 6], [2, 2]), tf.stridedSlice(x, [4, 5], [0, 0], [-2, -1])],
    none,
  ],
  [
    'pad',
    [[2, 3, 3, 2]],
    (x: T) =>
      tf.pad(
        x,
        [
          [0, 0],
          [1, 2],
          [0, 1],
          [0, 0],
        ],
        0.5,
      ),
  ],
  [
    'mirrorPad reflect',
    [[4, 5]],
    (x: T) =>
      tf.mirrorPad(
        x,
        [
          [1, 2],
          [2, 1],
        ],
        'reflect',
      ),
    none,
  ],
  [
    'mirrorPad symmetric',
    [[4, 5]],
    (x: T) =>
      tf.mirrorPad(
        x,
        [
          [1, 2],
          [2, 1],
        ],
        'symmetric',
      ),
    none,
  ],
  [
    'concat',
    [
      [2, 3, 3, 2],
      [2, 3, 3, 4],
    ],
    (x: T, y: T) => tf.concat([x, y], 3),
  ],
  [
    'stack and unstack',
    [
      [2, 3],
      [2, 3],
    ],
    (x: T, y: T) => tf.unstack(tf.stack([x, y], 1), 0),
  ],
  ['split', [[4, 6]], (x: T) => [...tf.split(x, 3, 1), ...tf.split(x, [1, 3], 0)]],
  ['tile', [[2, 3]], (x: T) => [tf.tile(x, [2, 3]), tf.tile(tf.reshape(x, [2, 1, 3]), [1, 4, 1])]],
  ['reverse', [[3, 4]], (x: T) => tf.reverse(x, [1])],
  ['gather', [[5, 3], ints([4], 4, 0, 2, 0)], (x: T, i: T) => tf.gather(x, i as tf.Tensor1D)],
  ['gatherND', [[5, 3], ints([2, 2], 4, 1, 0, 2)], (x: T, i: T) => tf.gatherND(x, i), none],
  ['scatterND', [[2], ints([2, 1], 4, 1)], (x: T, i: T) => tf.scatterND(i, x, [6]), none],
  [
    'range, fill and linspace',
    [[4]],
    (x: T) => tf.add(tf.add(x, tf.range(0, 4)), tf.add(tf.fill([4], 2), tf.linspace(0, 1, 4))),
  ],
  [
    'batchNorm',
    [[2, 3, 3, 4], [4], positive(4), [4], [4]],
    (x: T, m: T, v: T, o: T, s: T) =>
      tf.batchNorm(x, m as tf.Tensor1D, v as tf.Tensor1D, o as tf.Tensor1D, s as tf.Tensor1D),
  ],
  [
    'resizing, forward',
    [[2, 3, 4, 2]],
    (x: T) =>
      resizings.flatMap(([size, alignCorners, halfPixelCenters]) => [
        tf.image.resizeBilinear(x as T4, size, alignCorners, halfPixelCenters),
        tf.image.resizeNearestNeighbor(x as T4, size, alignCorners, halfPixelCenters),
      ]),
    none,
  ],
  ['depthToSpace', [[2, 2, 3, 8]], (x: T) => tf.depthToSpace(x as T4, 2), none],
  [
    'spaceToBatchND and back',
    [[2, 4, 6, 3]],
    (x: T) =>
      tf.batchToSpaceND(
        tf.spaceToBatchND(
          x,
          [2, 2],
          [
            [0, 0],
            [1, 1],
          ],
        ),
        [2, 2],
        [
          [0, 0],
          [0, 1],
        ],
      ),
  ],
];

const kernels: [number, number, number, 'same' | 'valid' | number][] = [
  [3, 1, 8, 'same'],
  [3, 2, 8, 'same'],
  [3, 2, 7, 'valid'],
  [1, 1, 5, 'same'],
  [5, 3, 11, 'same'],
  [2, 2, 6, 'valid'],
  [3, 1, 6, 1],
  [1, 2, 6, 'same'],
];
const convolutions: Case[] = kernels.flatMap(([k, s, n, pad]): Case[] => [
  [
    `conv2d ${k} ${s} ${n} ${pad}`,
    [
      [2, n, n + 1, 3],
      [k, k, 3, 4],
    ],
    (x: T, w: T) => tf.conv2d(x as T4, w as T4, s, pad),
  ],
  [
    `depthwiseConv2d ${k} ${s} ${n} ${pad}`,
    [
      [2, n, n + 1, 3],
      [k, k, 3, 1],
    ],
    (x: T, w: T) => tf.depthwiseConv2d(x as T4, w as T4, s, pad),
  ],
]);
const pools: Case[] = (
  [
    [2, 2, 6, 'valid'],
    [2, 2, 7, 'valid'],
    [2, 2, 7, 'same'],
    [3, 2, 7, 'same'],
    [3, 1, 5, 'same'],
  ] as const
).flatMap(([k, s, n, pad]): Case[] => [
  [`maxPool ${k} ${s} ${n} ${pad}`, [[2, n, n + 1, 3]], (x: T) => tf.maxPool(x as T4, k, s, pad)],
  [`avgPool ${k} ${s} ${n} ${pad}`, [[2, n, n + 1, 3]], (x: T) => tf.avgPool(x as T4, k, s, pad), none],
]);
const more: Case[] = [
  [
    'conv2dTranspose',
    [
      [2, 4, 4, 3],
      [3, 3, 2, 3],
    ],
    (x: T, w: T) => tf.conv2dTranspose(x as T4, w as T4, [2, 8, 8, 2], 2, 'same'),
  ],
  [
    'conv2d dilated',
    [
      [2, 8, 8, 3],
      [3, 3, 3, 4],
    ],
    (x: T, w: T) => tf.conv2d(x as T4, w as T4, 1, 'same', 'NHWC', 2),
    none,
  ],
  [
    'depthwiseConv2d dilated',
    [
      [2, 8, 8, 3],
      [3, 3, 3, 1],
    ],
    (x: T, w: T) => tf.depthwiseConv2d(x as T4, w as T4, 1, 'same', 'NHWC', 2),
    none,
  ],
];

describe.each([
  ['unary', unary],
  ['binary', binary],
  ['others', others],
  ['convolutions', convolutions],
  ['pools', pools],
  ['more', more],
])('%s', (_group, cases) => {
  // A rest parameter: with four named ones Jest would take the optional last for its `done` callback.
  it.each(cases)('%s', async (...[, inputs, f, options]: Case) => {
    await checkParity(engines, inputs, f, options);
  });
});

// The pure JavaScript backend gets these gradients wrong: that of average pooling divides by the whole window where it
// hangs over the border, those of resizing swap height and width, ignore half-pixel centres or miss pixels. All are
// linear functions, for which central differences are exact at any step.
const linear: Case[] = [
  ...(['valid', 'same'] as const).flatMap((pad) =>
    [
      [2, 2],
      [3, 2],
      [3, 1],
    ].map(([k, s]): Case => [`avgPool ${k} ${s} ${pad}`, [[1, 5, 7, 2]], (x: T) => tf.avgPool(x as T4, k!, s!, pad)]),
  ),
  ...resizings.flatMap(([size, align, half]): Case[] => [
    [
      `resizeBilinear ${size} ${align} ${half}`,
      [[1, 3, 4, 2]],
      (x: T) => tf.image.resizeBilinear(x as T4, size, align, half),
    ],
    [
      `resizeNearestNeighbor ${size} ${align} ${half}`,
      [[1, 3, 4, 2]],
      (x: T) => tf.image.resizeNearestNeighbor(x as T4, size, align, half),
    ],
  ]),
];

describe('gradients against finite differences', () => {
  it.each(linear)('%s', async (...[, inputs, f]: Case) => {
    const x = normalTensor(inputs[0] as number[], 5, 'x');
    const scalar = (value: T): tf.Scalar => {
      const y = (f as (x: T) => T)(value);
      return tf.sum(tf.mul(y, tf.reshape(tf.sin(tf.range(0, y.size)), y.shape)));
    };
    const [engine] = engines;
    const gradient = await runOnce(engine, ({ x: at }) => ({ outputs: { dx: tf.grad(scalar)(at as T) } }), { x });
    const forward = engine.compile(({ x: at }) => ({ outputs: { y: scalar(at as T) } }), engine.createState({}));
    const differences = await finiteDifferences(
      async (at) => (await forward.run({ x: at }))['y']?.data[0] as number,
      x,
      1,
    );
    expectClose('dx', gradient['dx'], differences, 1e-4);
  });
});
