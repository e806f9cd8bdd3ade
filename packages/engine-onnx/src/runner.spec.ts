import { beforeAll, describe, expect, it } from '@jest/globals';
import '@foveate/engine-tfjs';
import type { HostTensors } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import type { Runner } from './index.js';
import { runners } from './testing/runners.js';

beforeAll(() => tf.setBackend('cpu'));

const runnerOf = runners(1);
const x = (...values: number[]): HostTensors => ({
  x: { dtype: 'float32', shape: [values.length], data: Float32Array.from(values) },
});

/** Adds the input's sum to a variable. */
function counter(): { total: tf.Variable; runner: Runner } {
  const total = tf.variable(tf.scalar(10), false, 'total');
  const runner = runnerOf((inputs) => {
    total.assign(tf.add(total, tf.sum(inputs['x']!)));
    return { y: tf.mul(total, 2) };
  });
  return { total, runner };
}

describe('a runner', () => {
  it('keeps the values between runs, also of inputs of different shapes', async () => {
    const { total, runner } = counter();
    expect((await runner.run(x(1, 2)))['y']?.data[0]).toBe(26);
    expect((await runner.run(x(1)))['y']?.data[0]).toBe(28);
    expect(total.dataSync()[0]).toBe(10);
    runner.writeVariables();
    expect(total.dataSync()[0]).toBe(14);
    expect((await runner.run(x(1, 2)))['y']?.data[0]).toBe(34);
  });

  it('notices that a variable was assigned outside', async () => {
    const { total, runner } = counter();
    await runner.run(x(1));
    total.assign(tf.scalar(100));
    await expect(runner.run(x(1))).rejects.toThrow("The variable 'total' was assigned outside");
    runner.readVariables();
    expect((await runner.run(x(1)))['y']?.data[0]).toBe(202);
  });

  it('notices that a captured tensor is gone', async () => {
    const optimizer = tf.train.sgd(0.5);
    const w = tf.variable(tf.scalar(1), true, 'w');
    const runner = runnerOf((inputs) => ({
      loss: optimizer.minimize(() => tf.sum(tf.mul(inputs['x']!, w)), true, [w]) as tf.Scalar,
    }));
    await runner.run(x(1));
    (optimizer as tf.SGDOptimizer & { setLearningRate(rate: number): void }).setLearningRate(0.1);
    await expect(runner.run(x(1))).rejects.toThrow('as a learning rate does, make them an input');
  });

  it('refuses other inputs than at first', async () => {
    const { runner } = counter();
    await runner.run(x(1));
    await expect(runner.run({ x: { dtype: 'int32', shape: [1], data: Int32Array.of(1) } })).rejects.toThrow(
      'expected float32 of rank 1, got int32 of rank 1',
    );
    await expect(runner.run({})).rejects.toThrow('got nothing');
  });
});
