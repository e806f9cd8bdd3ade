import { afterAll, describe, expect, it } from '@jest/globals';
import type { Engine, HostTensors, Program } from '@foveate/contracts';
import { normalTensor } from '@foveate/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { onnxEngine } from './index.js';

const here = onnxEngine({ threads: 2 });
const apart = onnxEngine({ threads: 2, worker: true });
afterAll(() => {
  here.dispose();
  apart.dispose();
});

/** Gradient descent on one convolution. */
const descend: Program = ({ x }, { w }) => {
  const loss = (filter: tf.Tensor): tf.Scalar =>
    tf.mean(tf.square(tf.maxPool(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'), 2, 2, 'valid')));
  const { value, grad } = tf.valueAndGrad(loss)(w as tf.Tensor);
  return { outputs: { loss: value }, state: { w: tf.sub(w as tf.Tensor, tf.mul(grad, 0.1)) } };
};
const filter: HostTensors = { w: normalTensor([3, 3, 3, 8], 1, 'w') };
const images = (n: number): HostTensors => ({ x: normalTensor([n, 12, 10, 3], 1, 'x') });

/** Losses of a few steps, the third with a smaller batch, and the state after them. */
async function train(engine: Engine): Promise<{ losses: (number | undefined)[]; state: HostTensors }> {
  const state = engine.createState(filter);
  const program = engine.compile(descend, state);
  const losses: (number | undefined)[] = [];
  for (const n of [4, 4, 3, 4]) losses.push((await program.run(images(n)))['loss']?.data[0]);
  return { losses, state: await state.read() };
}

const counter: Program = ({ by }, { n }) => ({
  outputs: { before: tf.mul(n as tf.Tensor, 1) },
  state: { n: tf.add(n as tf.Tensor, by as tf.Tensor) },
});
const scalar = (value: number): HostTensors[string] => ({
  dtype: 'float32',
  shape: [],
  data: Float32Array.of(value),
});

describe.each([
  ['in this thread', here],
  ['in a worker', apart],
])('state %s', (_where, engine) => {
  it('comes out as it went in, whatever the order in memory', async () => {
    const values = { filter: normalTensor([2, 3, 4, 5], 1, 'filter'), vector: normalTensor([7], 1, 'vector') };
    const state = engine.createState(values);
    expect(await state.read()).toEqual(values);
    expect(Object.keys(await state.read(['vector']))).toEqual(['vector']);
    expect(await engine.createState({}).read()).toEqual({});
  });

  it('refuses values of another shape and unknown names', async () => {
    const state = engine.createState({ a: normalTensor([2], 1, 'a') });
    await expect(state.write({ a: normalTensor([3], 1, 'a') })).rejects.toMatchObject({ code: 'ENGINE_INPUT' });
    await expect(state.read(['b'])).rejects.toThrow("no value 'b'");
  });

  it('passes from run to run in the order of the calls', async () => {
    const state = engine.createState({ n: scalar(0) });
    const program = engine.compile(counter, state);
    const results = await Promise.all([1, 2, 3].map((by) => program.run({ by: scalar(by) })));
    expect(results.map(({ before }) => before?.data[0])).toEqual([0, 1, 3]);
    expect((await state.read())['n']?.data[0]).toBe(6);
  });

  it('is shared by programs and kept apart from other states', async () => {
    const [first, second] = [engine.createState({ n: scalar(0) }), engine.createState({ n: scalar(10) })];
    await engine.compile(counter, first).run({ by: scalar(1) });
    await engine.compile(counter, first).run({ by: scalar(1) });
    expect([(await first.read())['n']?.data[0], (await second.read())['n']?.data[0]]).toEqual([2, 10]);
  });

  it('leaves inputs to the caller', async () => {
    const inputs = images(4);
    await engine.compile(descend, engine.createState(filter)).run(inputs);
    expect(inputs).toEqual(images(4));
  });
});

describe('results', () => {
  it('are the same bits in every training with the same number of threads, in a worker too', async () => {
    const [first, second, third] = [await train(here), await train(here), await train(apart)];
    expect(second).toEqual(first);
    expect(third).toEqual(first);
  });
});

describe('a worker', () => {
  it('leaves this thread free while a step runs', async () => {
    const slow: Program = ({ x }) => {
      let y = x as tf.Tensor;
      for (let i = 0; i < 60; i++) y = tf.sin(y);
      return { outputs: { y: tf.sum(y) } };
    };
    const ticksDuring = async (engine: Engine): Promise<number> => {
      const program = engine.compile(slow, engine.createState({}));
      const inputs = { x: normalTensor([500_000], 1, 'x') };
      await program.run(inputs);
      let ticks = 0;
      const timer = setInterval(() => ticks++, 1);
      await program.run(inputs);
      clearInterval(timer);
      return ticks;
    };
    // A run in this thread lets at most what was due before it through.
    const blocked = await ticksDuring(here);
    expect(blocked).toBeLessThan(4);
    expect(await ticksDuring(apart)).toBeGreaterThan(blocked + 5);
  });

  it('is named in the description', () => {
    expect(apart.info.description).toMatch(/^ONNX Runtime [\d.]+, cpu, 2 threads, in a worker$/);
    expect(onnxEngine({ threads: 1 }).info.description).toMatch(/, cpu, 1 thread$/);
  });
});

describe('memory', () => {
  it('is given back by programs and states', async () => {
    // 4 MB of state, as much of constants and of results: 40 rounds would hold half a gigabyte.
    const size = 1_000_000;
    const constant = Float32Array.from({ length: size }, (_, i) => i);
    const round = async (): Promise<void> => {
      const state = here.createState({ n: { dtype: 'float32', shape: [size], data: new Float32Array(size) } });
      const program = here.compile(
        (_inputs, { n }) => ({
          outputs: { sum: tf.sum(n as tf.Tensor) },
          state: { n: tf.add(n as tf.Tensor, tf.tensor1d(constant)) },
        }),
        state,
      );
      for (let i = 0; i < 2; i++) await program.run({});
      program.dispose();
      state.dispose();
    };
    for (let i = 0; i < 5; i++) await round();
    const before = process.memoryUsage.rss();
    for (let i = 0; i < 40; i++) await round();
    expect(process.memoryUsage.rss() - before).toBeLessThan(150e6);
  });

  it('refuses to run what was disposed', async () => {
    const state = here.createState({ n: scalar(0) });
    const program = here.compile(counter, state);
    await program.run({ by: scalar(1) });
    state.dispose();
    await expect(program.run({ by: scalar(1) })).rejects.toThrow('disposed');
  });
});

describe('inputs', () => {
  const double: Program = ({ x }) => ({ outputs: { y: tf.mul(x as tf.Tensor, 2) } });
  it('may change their shape from call to call', async () => {
    const compiled = here.compile(double, here.createState({}));
    for (const n of [3, 1, 3])
      expect((await compiled.run({ x: normalTensor([n, 2], 1, 'x') }))['y']?.shape).toEqual([n, 2]);
  });

  it.each([
    [
      'of another dtype',
      { x: { dtype: 'int32', shape: [1, 2], data: Int32Array.of(1, 2) } },
      'expected float32 of rank 2, got int32',
    ],
    ['of another rank', { x: { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) } }, 'got float32 of rank 1'],
    ['that are missing', {}, 'got nothing'],
    [
      'nobody asked for',
      {
        x: { dtype: 'float32', shape: [1, 2], data: Float32Array.of(1, 2) },
        z: { dtype: 'float32', shape: [], data: Float32Array.of(1) },
      },
      "Input 'z'",
    ],
    ['shorter than their shape', { x: { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2) } }, '2 values'],
  ] as [string, HostTensors, string][])('are refused when %s', async (...[, inputs, message]) => {
    const compiled = here.compile(double, here.createState({}));
    await compiled.run({ x: normalTensor([1, 2], 1, 'x') });
    await expect(compiled.run(inputs)).rejects.toThrow(message);
  });
});
