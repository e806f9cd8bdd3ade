/**
 * Layouts under test: random chains of what moves, broadcasts and reduces axes, forward and backward, against the pure
 * JavaScript backend. A traced tensor may lie permuted and hold broadcasts not carried out; no chain may notice.
 */
import { describe, expect, it } from '@jest/globals';
import { checkParity, expectClose, normalTensor, runOnce } from '@foveate/testkit';
import { encodeOnnx, passes, trace } from '@foveate/tracer';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { bothEngines } from './testing/both-engines.js';

type T = tf.Tensor;
type T4 = tf.Tensor4D;

const engines = bothEngines(1);

/** A step of a chain: `n` are numbers it may use as it likes, so that every shrunk chain is valid. */
type Step = (x: T, n: readonly number[]) => T;

const at = (n: readonly number[], i: number): number => n[i % n.length]!;
/** An order of axes: the factorial digits of the numbers. */
function order(rank: number, n: readonly number[]): number[] {
  const left = Array.from({ length: rank }, (_, axis) => axis);
  return Array.from({ length: rank }, (_, i) => left.splice(at(n, i) % left.length, 1)[0]!);
}
/** Fixed values of a shape. */
const values = (shape: number[], seed: number): T => tf.tensor(normalTensor(shape, seed, 'step').data, shape);
const most = 256;

const steps: Record<string, Step> = {
  transpose: (x, n) => tf.transpose(x, order(x.rank, n)),
  flatten: (x) => tf.reshape(x, [x.size]),
  fold: (x, n) => {
    // Splits the last axis by its smallest divisor, or folds two axes into one.
    const last = x.shape.at(-1) ?? 1;
    const divisor = [2, 3, 5].find((d) => last % d === 0);
    if (x.rank < 4 && divisor !== undefined) return tf.reshape(x, [...x.shape.slice(0, -1), divisor, last / divisor]);
    const axis = at(n, 0) % Math.max(1, x.rank - 1);
    return x.rank < 2
      ? x
      : tf.reshape(x, [...x.shape.slice(0, axis), x.shape[axis]! * x.shape[axis + 1]!, ...x.shape.slice(axis + 2)]);
  },
  expand: (x, n) => (x.rank < 4 ? tf.expandDims(x, at(n, 0) % (x.rank + 1)) : x),
  squeeze: (x) => tf.squeeze(x),
  addVector: (x, n) => tf.add(x, values(x.shape.slice(-1), at(n, 0))),
  mulOnes: (x) => (x.rank < 4 && x.size * 2 <= most ? tf.mul(x, tf.ones([2, ...x.shape])) : x),
  addAxes: (x, n) =>
    tf.add(
      x,
      values(
        x.shape.map((size, axis) => (at(n, axis) % 2 === 0 ? size : 1)),
        3,
      ),
    ),
  addSelf: (x, n) => {
    // A tensor and its transpose of the same shape: two layouts meet.
    const perm = order(x.rank, n);
    const turned = tf.transpose(x, perm);
    return turned.shape.join() === x.shape.join() ? tf.add(x, turned) : x;
  },
  broadcast: (x) => (x.rank < 4 && x.size * 3 <= most ? tf.broadcastTo(x, [3, ...x.shape]) : x),
  tile: (x, n) =>
    x.size * 2 <= most && x.rank > 0
      ? tf.tile(
          x,
          x.shape.map((_, axis) => (axis === at(n, 0) % x.rank ? 2 : 1)),
        )
      : x,
  sum: (x, n) => (x.rank > 0 ? tf.sum(x, at(n, 0) % x.rank) : x),
  mean: (x, n) => (x.rank > 0 ? tf.mean(x, at(n, 0) % x.rank, true) : x),
  max: (x, n) => (x.rank > 1 ? tf.max(x, [0, 1 + (at(n, 0) % (x.rank - 1))]) : x),
  slice: (x, n) =>
    x.rank > 0
      ? tf.slice(
          x,
          x.shape.map((size, axis) => at(n, axis) % size),
          x.shape.map((size, axis) => size - (at(n, axis) % size)),
        )
      : x,
  reverse: (x, n) => (x.rank > 0 ? tf.reverse(x, at(n, 0) % x.rank) : x),
  concat: (x, n) => (x.rank > 0 && x.size * 2 <= most ? tf.concat([x, tf.neg(x)], at(n, 0) % x.rank) : x),
  concatConstant: (x, n) =>
    x.rank > 0 && x.size * 2 <= most ? tf.concat([tf.ones(x.shape), x], at(n, 0) % x.rank) : x,
  stack: (x, n) => (x.rank < 4 && x.size * 2 <= most ? tf.stack([x, x], at(n, 0) % (x.rank + 1)) : x),
  pad: (x, n) =>
    x.rank > 0 && x.size * 4 <= most
      ? tf.pad(
          x,
          x.shape.map((_, axis) => [at(n, axis) % 2, 0] as [number, number]),
        )
      : x,
  gather: (x, n) => (x.rank > 0 ? tf.gather(x, tf.tensor1d([0, at(n, 0) % x.shape[0]!], 'int32')) : x),
  split: (x, n) => {
    const axis = at(n, 0) % Math.max(1, x.rank);
    return x.rank > 0 && x.shape[axis]! % 2 === 0 ? tf.split(x, 2, axis)[1]! : x;
  },
  product: (x) => (x.rank === 2 ? tf.matMul(x, x, false, true) : x),
  convolve: (x) => (x.rank === 4 ? tf.conv2d(x as T4, values([1, 1, x.shape[3]!, 2], 5) as T4, 1, 'same') : x),
  pool: (x) => (x.rank === 4 ? tf.maxPool(x as T4, 2, 1, 'same') : x),
  softmax: (x) => (x.rank > 0 ? tf.softmax(x) : x),
};

const chain = fc.array(
  fc.record({
    step: fc.constantFrom(...Object.keys(steps)),
    n: fc.array(fc.nat({ max: 23 }), { minLength: 4, maxLength: 4 }),
  }),
  { minLength: 1, maxLength: 8 },
);
const shape = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });

describe('chains of layout operations', () => {
  it('agree with the pure JavaScript backend, forward and backward', async () => {
    await fc.assert(
      fc.asyncProperty(shape, chain, async (start, links) => {
        await checkParity(engines, [start], (x: T) =>
          links.reduce((value: T, { step, n }) => steps[step]!(value, n), tf.mul(x, 0.5)),
        );
      }),
      { numRuns: 120, seed: 7 },
    );
  });
});

describe('passes', () => {
  it.each(Object.keys(passes))('change no value: without %s', async (left) => {
    const x = normalTensor([2, 6, 6, 2], 1, 'x');
    const program = (input: T): T =>
      tf.grad((v) => {
        const y = tf.relu(tf.conv2d(v as T4, values([3, 3, 2, 3], 2) as T4, 1, 'same'));
        return tf.sum(tf.square(tf.maxPool(tf.relu(tf.sub(y, 0.5)) as T4, 2, 2, 'valid')));
      })(input);
    const graph = trace(({ x: input }) => ({ y: program(input!) }), {
      inputs: { x: { shape: x.shape, dtype: 'float32' } },
      skip: [left],
    });
    const session = await ort.InferenceSession.create(encodeOnnx(graph), { intraOpNumThreads: 1 });
    const { y } = await session.run({ x: new ort.Tensor('float32', x.data as Float32Array<ArrayBuffer>, x.shape) });
    await session.release();
    const expected = await runOnce(engines[1], (inputs) => ({ outputs: { y: program(inputs['x'] as T) } }), { x });
    expect(y?.dims).toEqual([2, 6, 6, 2]);
    expectClose('y', { dtype: 'float32', shape: x.shape, data: y?.data as Float32Array }, expected['y']!, 1e-4);
  });
});
