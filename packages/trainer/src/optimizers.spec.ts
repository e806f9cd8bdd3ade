import type { NamedTensors, Optimizer } from '@foveate/contracts';
import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { adamax, adamaxOptimizer } from './adamax.js';
import { sgd, sgdOptimizer } from './sgd.js';

beforeAll(() => tf.setBackend('cpu'));

/** Values of the variable `w` = 1 after each of the gradients. */
function trace(optimizer: Optimizer, gradients: readonly number[]): number[] {
  const spec = { name: 'w', shape: [1], trainable: true, initial: () => new Float32Array([1]) };
  let variables: NamedTensors = { w: tf.tensor1d([1]) };
  let slots: NamedTensors = Object.fromEntries(
    optimizer.slots([spec]).map(({ name, shape }) => [name, tf.zeros([...shape])]),
  );
  return gradients.map((gradient) => {
    ({ variables, slots } = optimizer.update({
      variables,
      gradients: { w: tf.tensor1d([gradient]) },
      slots,
      learningRates: { w: tf.scalar(optimizer.learningRate) },
    }));
    return variables['w']!.dataSync()[0]!;
  });
}

describe('adamax', () => {
  it('takes the steps of the paper', () => {
    const [first, second, third] = trace(adamaxOptimizer(), [1, 0.5, -4]);
    // m = 0.1, u = 1
    expect(1 - first!).toBeCloseTo(0.002, 6);
    // m = 0.09 + 0.05 = 0.14, u = 0.999, rate = 0.002 / (1 - 0.81)
    expect(first! - second!).toBeCloseTo(((0.002 / 0.19) * 0.14) / 0.999, 6);
    // m = 0.126 - 0.4 = -0.274, u = 4, rate = 0.002 / (1 - 0.729)
    expect(second! - third!).toBeCloseTo(((0.002 / 0.271) * -0.274) / 4, 6);
  });

  it('stays where the gradient has always been zero', () => {
    expect(trace(adamaxOptimizer(), [0, 0])).toEqual([1, 1]);
  });
});

describe('sgd', () => {
  it('goes down the gradient', () => {
    const [first, second] = trace(sgdOptimizer({ learningRate: 0.1, momentum: 0 }), [1, -2]);
    expect(first).toBeCloseTo(0.9);
    expect(second).toBeCloseTo(1.1);
  });

  it('keeps momentum', () => {
    const [first, second] = trace(sgdOptimizer({ learningRate: 0.1, momentum: 0.9 }), [1, 1]);
    expect(first).toBeCloseTo(0.9);
    // v = 0.9 * -0.1 - 0.1 = -0.19
    expect(second).toBeCloseTo(0.71);
  });
});

describe('the manifest', () => {
  it('says what the code says', () => {
    const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).foveate;
    const described = [adamax.meta, sgd.meta].map((meta) => ({
      kind: meta.kind,
      id: meta.id,
      export: meta.id,
      summary: meta.summary,
    }));
    expect(manifest.plugins).toEqual(described);
  });

  it('fills in the defaults of the paper and refuses unknown options', async () => {
    expect(await adamax.options['~standard'].validate({})).toEqual({
      value: { learningRate: 0.002, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
    });
    expect(await sgd.options['~standard'].validate({ rate: 1 })).toHaveProperty('issues');
  });
});
