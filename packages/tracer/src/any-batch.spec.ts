import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { anyBatch, halfPrecision, toText, trace, type Graph, type TracedFunction } from './index.js';

type T = tf.Tensor;

const traced = (program: TracedFunction, samples: number): Graph =>
  trace(program, { inputs: { x: { shape: [samples, 4, 4, 2], dtype: 'float32' } } });
const free = (program: TracedFunction): Graph => anyBatch(traced(program, 2), traced(program, 3));

describe('anyBatch', () => {
  it('leaves the batch open in reshapes, slices and resizes', () => {
    const graph = free(({ x }) => ({
      flat: tf.reshape(x!, [-1, 32]),
      part: tf.slice(x!, [0, 1, 1, 0], [-1, 2, 2, 2]),
      large: tf.image.resizeBilinear(x as tf.Tensor4D, [8, 8], false, true),
    }));
    expect(graph.inputs.map(({ shape }) => shape)).toEqual([[-1, 4, 4, 2]]);
    expect(graph.outputs.map(({ value }) => value.shape)).toEqual([
      [-1, 32],
      [-1, 2, 2, 2],
      [-1, 8, 8, 2],
    ]);
    const text = toText(graph);
    expect(text).toContain('Reshape(x, (-1 32))');
    expect(text).toMatch(/Resize\(.*\(8 8\)\).*axes=2,3/);
  });

  it('tells the batch from sizes that follow from it', () => {
    const graph = free(({ x }) => ({ rows: tf.reshape(x!, [-1, 2]), sums: tf.sum(tf.reshape(x!, [-1, 4, 8]), 2) }));
    expect(graph.outputs.map(({ value }) => value.shape)).toEqual([
      [-2, 2],
      [-1, 4],
    ]);
  });

  it('computes the size where an operation must be told it', () => {
    const graph = free(({ x }) => ({ y: tf.matMul(tf.add(tf.zeros([(x as T).shape[0]!, 3]), [1, 2, 3]), tf.eye(3)) }));
    expect(graph.nodes.map(({ op }) => op)).toEqual(expect.arrayContaining(['Shape', 'Concat', 'Expand']));
  });

  it('changes nothing in a graph that does not depend on the batch', () => {
    const program: TracedFunction = () => ({ y: tf.relu(tf.tensor1d([1, 2, 3])) });
    const [one, other] = [2, 3].map((samples) => traced(program, samples)) as [Graph, Graph];
    expect(toText(anyBatch(one, other)).split('\n').slice(1)).toEqual(toText(one).split('\n').slice(1));
  });

  it.each<[string, TracedFunction]>([
    [
      'a constant for each sample',
      ({ x }) => ({ y: tf.mul(x!, tf.reshape(tf.range(0, (x as T).shape[0]!), [-1, 1, 1, 1])) }),
    ],
    ['one operation for each sample', ({ x }) => ({ y: tf.stack(tf.unstack(x!).map((part) => tf.exp(part))) })],
    ['the number of samples as a number', ({ x }) => ({ y: tf.mul(x!, (x as T).shape[0]!) })],
  ])('refuses %s', (_what, program) => {
    expect(() => free(program)).toThrow('batches of any size');
  });
});

describe('halfPrecision', () => {
  it('computes in half precision between inputs and outputs that stay as they are', () => {
    const graph = halfPrecision(traced(({ x }) => ({ y: tf.add(tf.relu(x!), [0.1, 1 / 3]) }), 2));
    expect(
      toText(graph)
        .replaceAll(/ {2}#.*/g, '')
        .split('\n'),
    ).toEqual([
      'input x: float32[2, 4, 4, 2]',
      expect.stringContaining('x:half: float16[2, 4, 4, 2] = Cast(x) {to=10}'),
      expect.stringMatching(/float16\[2, 4, 4, 2\] = Relu/),
      // The bit patterns of 0.1 and 1/3, see IEEE 754: sign, five bits of exponent, ten of mantissa.
      expect.stringContaining('(11878 13653)'),
      expect.stringMatching(/float16\[2, 4, 4, 2\] = Add/),
      expect.stringMatching(/float32\[2, 4, 4, 2\] = Cast\(.*to=1}/),
      expect.stringContaining('output y'),
    ]);
  });
});
