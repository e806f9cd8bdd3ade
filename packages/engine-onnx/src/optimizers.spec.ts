/** Programs with tf.Variables: what is compiled computes what tfjs computes eagerly, and leaves the variables alone. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import '@foveate/engine-tfjs';
import type { HostTensors } from '@foveate/contracts';
import { expectClose, normalTensor } from '@foveate/testkit';
import { compile } from '@foveate/tracer';
import * as tf from '@tensorflow/tfjs-core';
import { runners } from './testing/runners.js';

type T = tf.Tensor;
type T4 = tf.Tensor4D;

beforeAll(() => tf.setBackend('cpu'));

const runnerOf = runners(2);

/** A small network: convolution, normalisation, dense layer. */
function network(): { loss: (x: T, y: T) => tf.Scalar; variables: tf.Variable[] } {
  const variable = (name: string, shape: number[]): tf.Variable => {
    const { data } = normalTensor(shape, 1, name);
    return tf.variable(tf.tensor(data, shape), true, name);
  };
  const filter = variable('filter', [3, 3, 2, 4]);
  const weights = variable('weights', [4, 3]);
  const bias = variable('bias', [3]);
  return {
    variables: [filter, weights, bias],
    loss: (x, y) => {
      const features = tf.relu(tf.conv2d(x as T4, filter as unknown as T4, 1, 'same'));
      const logits = tf.add(tf.matMul(tf.mean(features, [1, 2]), weights as unknown as tf.Tensor2D), bias);
      return tf.neg(tf.mean(tf.sum(tf.mul(y, tf.logSoftmax(logits)), 1)));
    },
  };
}

const batch = (seed: number, n = 4): HostTensors => ({
  x: normalTensor([n, 5, 5, 2], seed, 'x'),
  y: { dtype: 'float32', shape: [n, 3], data: Float32Array.from({ length: n * 3 }, (_, i) => Number(i % 4 === 0)) },
});
const tensorsOf = (inputs: HostTensors): Record<string, T> =>
  Object.fromEntries(Object.entries(inputs).map(([name, { data, shape }]) => [name, tf.tensor(data, [...shape])]));

const optimizers: [string, () => tf.Optimizer][] = [
  ['sgd', () => tf.train.sgd(0.1)],
  ['momentum', () => tf.train.momentum(0.1, 0.9)],
  ['nesterov', () => tf.train.momentum(0.1, 0.9, true)],
  ['adagrad', () => tf.train.adagrad(0.1)],
  ['adadelta', () => tf.train.adadelta(0.5)],
  ['adam', () => tf.train.adam(0.05)],
  ['adamax', () => tf.train.adamax(0.05, 0.9, 0.999, 1e-7, 0.01)],
  ['rmsprop', () => tf.train.rmsprop(0.01, 0.9, 0.5)],
  // tfjs subtracts epsilon under the root here: a larger one gives NaN, eagerly too.
  ['rmsprop, centred', () => tf.train.rmsprop(0.01, 0.9, 0.5, 1e-12, true)],
];

describe('tf.train', () => {
  it.each(optimizers)('%s: eight steps, the last with a smaller batch', async (_name, create) => {
    const batches = [1, 2, 3, 4, 5, 6, 7].map((seed) => batch(seed)).concat(batch(8, 3));
    const eager = network();
    const optimizer = create();
    const losses = batches.map((inputs) =>
      tf.tidy(() => {
        const { x, y } = tensorsOf(inputs);
        return (optimizer.minimize(() => eager.loss(x!, y!), true) as tf.Scalar).dataSync()[0]!;
      }),
    );
    const expected = eager.variables.map((variable) => variable.dataSync());
    optimizer.dispose();
    tf.disposeVariables();

    const { loss, variables } = network();
    const compiled = create();
    const before = variables.map((variable) => variable.dataSync());
    const runner = runnerOf(({ x, y }) => ({ loss: compiled.minimize(() => loss(x!, y!), true) as tf.Scalar }));
    for (const [step, inputs] of batches.entries()) {
      const { loss: value } = await runner.run(inputs);
      expect(value?.data[0]).toBeCloseTo(losses[step]!, 4);
    }
    // The eager values are as they were until they are written back.
    expect(variables.map((variable) => variable.dataSync())).toEqual(before);
    runner.writeVariables();
    variables.forEach((variable, i) => {
      const shape = [...variable.shape];
      const [got, want] = [variable.dataSync(), expected[i]!] as Float32Array[];
      expectClose(
        variable.name,
        { dtype: 'float32', shape, data: got! },
        { dtype: 'float32', shape, data: want! },
        1e-4,
      );
    });
    // Training goes on eagerly where the runtime left off.
    const { x, y } = tensorsOf(batch(9));
    expect((compiled.minimize(() => loss(x!, y!), true) as tf.Scalar).dataSync()[0]).toBeLessThan(losses[0]!);
  });
});

describe('compile', () => {
  it('names the state and leaves no trace in variables and memory', () => {
    const { loss, variables } = network();
    const idle = tf.variable(tf.scalar(1), true, 'idle');
    const optimizer = tf.train.adam(0.05);
    const inputs = { x: { shape: [4, 5, 5, 2], dtype: 'float32' }, y: { shape: [4, 3], dtype: 'float32' } } as const;
    const before = { ids: variables.map(({ dataId }) => dataId), memory: tf.memory() };
    const make = () =>
      compile(({ x, y }) => ({ loss: optimizer.minimize(() => loss(x!, y!), true, variables) as tf.Scalar }), {
        inputs,
      });
    const { state, graph } = make();
    expect(variables.map(({ dataId }) => dataId)).toEqual(before.ids);
    const slots = state.filter(({ variable }) => !variables.includes(variable));
    expect(state.map(({ name }) => name)).toEqual(expect.arrayContaining(['filter', 'weights', 'bias']));
    expect(state.every(({ inputName, outputName }) => inputName !== undefined && outputName !== undefined)).toBe(true);
    expect(slots).toHaveLength(2 + 2 * 3);
    expect(graph.inputs.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['x', 'y', 'filter', 'weights', 'bias']),
    );
    expect(graph.outputs.map(({ name }) => name)).toEqual(expect.arrayContaining(['loss', 'filter:next', 'bias:next']));
    expect(state.some(({ variable }) => variable === idle)).toBe(false);
    // Six slots more, all zero; nothing else.
    expect(tf.memory().numTensors).toBe(before.memory.numTensors + 6);
    expect(tf.memory().numDataBuffers).toBe(before.memory.numDataBuffers + 6);
    expect(slots.slice(2).every(({ variable }) => variable.dataSync().every((value) => value === 0))).toBe(true);
    expect(slots.slice(0, 2).map(({ variable }) => variable.dataSync()[0])).toEqual(
      [0.9, 0.999].map((value) => Math.fround(value)),
    );
    make();
    expect(tf.memory().numTensors).toBe(before.memory.numTensors + 6);
    expect(tf.getBackend()).toBe('cpu');
  });
});
