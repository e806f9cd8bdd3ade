/** Programs whose state is built into them. */
import { afterAll, describe, expect, it } from '@jest/globals';
import type { HostTensors, Program } from '@foveate/contracts';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { normalTensor } from '@foveate/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { onnxEngine } from './index.js';

const engines = {
  'ONNX Runtime': onnxEngine({ threads: 1 }),
  'ONNX Runtime in a worker': onnxEngine({ threads: 1, worker: true }),
  tfjs: tfjsEngine(),
};
afterAll(() => {
  Object.values(engines).forEach((engine) => {
    engine.dispose();
  });
});

/** A convolution, batch norm and ReLU, and a number of another type. */
const layer: Program = ({ x }, { filter, mean, variance, by }) => {
  const y = tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');
  const normal = tf.relu(tf.batchNorm4d(y, mean as tf.Tensor1D, variance as tf.Tensor1D));
  return { outputs: { y: tf.mul(normal, tf.cast(by as tf.Tensor, 'float32')) } };
};
const values = (by: number): HostTensors => ({
  filter: normalTensor([3, 3, 2, 4], 1, 'filter'),
  mean: normalTensor([4], 1, 'mean'),
  variance: { dtype: 'float32', shape: [4], data: Float32Array.of(0.5, 1, 1.5, 2) },
  by: { dtype: 'int32', shape: [], data: Int32Array.of(by) },
});
const x = normalTensor([2, 6, 5, 2], 1, 'x');

describe.each(Object.entries(engines))('constant state on %s', (_name, engine) => {
  it('changes no result, and a value that changes counts from the next run on', async () => {
    const state = engine.createState(values(1));
    const usual = engine.compile(layer, state);
    const constant = engine.compile(layer, state, { constantState: true });
    const both = async (): Promise<number[]> => {
      const [a, b] = [(await usual.run({ x }))['y']!.data, (await constant.run({ x }))['y']!.data];
      const errors = Array.from(a, (value, i) => Math.abs(value - b[i]!) / (1 + Math.abs(value)));
      expect(Math.max(...errors)).toBeLessThan(1e-5);
      return [...b];
    };
    const first = await both();
    await state.write({ by: values(3)['by']! });
    const written = await both();
    // A step of another program, enqueued before the run that must see it.
    const step: Program = (_inputs, { by }) => ({
      outputs: {},
      state: { by: tf.add(by as tf.Tensor, tf.scalar(2, 'int32')) },
    });
    const stepping = engine.compile(step, state).run({});
    const stepped = await both();
    await stepping;
    const largest = first.indexOf(Math.max(...first));
    expect(written[largest]! / first[largest]!).toBeCloseTo(3, 4);
    expect(stepped[largest]! / first[largest]!).toBeCloseTo(5, 4);
    state.dispose();
  });

  it('cannot be returned', async () => {
    const program: Program = (_inputs, { n }) => ({ outputs: {}, state: { n: tf.add(n as tf.Tensor, 1) } });
    const state = engine.createState({ n: { dtype: 'float32', shape: [], data: Float32Array.of(1) } });
    const running = engine.compile(program, state, { constantState: true }).run({});
    await expect(running).rejects.toMatchObject({ code: 'ENGINE_INPUT' });
    await expect(running).rejects.toThrow("returns the state value 'n'");
    expect((await state.read())['n']?.data[0]).toBe(1);
  });
});

describe('sessions', () => {
  const engine = engines['ONNX Runtime'];
  const created = (): number => performance.getEntriesByName('foveate:session').length;

  it('are made anew only for values that changed', async () => {
    const state = engine.createState(values(1));
    const program = engine.compile(layer, state, { constantState: true });
    const start = created();
    for (let i = 0; i < 3; i++) await program.run({ x });
    expect(created()).toBe(start + 1);
    await state.write({ by: values(2)['by']! });
    for (let i = 0; i < 3; i++) await program.run({ x });
    expect(created()).toBe(start + 2);
  });

  it('are kept for a few shapes', async () => {
    const program = engine.compile(layer, engine.createState(values(1)));
    const run = (n: number): Promise<HostTensors> => program.run({ x: normalTensor([n, 3, 3, 2], 1, 'x') });
    const start = created();
    for (const n of [1, 2, 1, 3, 1, 4, 1]) await run(n);
    expect(created()).toBe(start + 4);
    await run(5); // makes room of the session for 2
    for (const n of [1, 3, 4, 5]) await run(n);
    expect(created()).toBe(start + 5);
    // Also when they are all asked for at once, more than are kept.
    const results = await Promise.all([2, 3, 4, 5, 6, 7, 8].map(run));
    expect(results.map(({ y }) => y?.shape[0])).toEqual([2, 3, 4, 5, 6, 7, 8]);
  });
});
