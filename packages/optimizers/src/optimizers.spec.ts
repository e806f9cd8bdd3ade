import type { NamedTensors, Optimizer } from '@foveate/contracts';
import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { adam, adamOptimizer, adamw, adamwOptimizer } from './adam.js';
import { adamax, adamaxOptimizer } from './adamax.js';
import { sgd, sgdOptimizer } from './sgd.js';

beforeAll(() => tf.setBackend('cpu'));

/** A matrix and a bias, their gradients in three steps. */
const start = { w: [1, -2, 0.5, 3], b: [0.1, -0.2] };
const steps = [
  { w: [0.5, -1, 0.25, 2], b: [0.5, -1] },
  { w: [-0.25, 0.5, 1, -0.5], b: [0.25, 2] },
  { w: [1.5, 0, -0.75, 0.125], b: [-1, 0.75] },
];
const shapes = { w: [2, 2], b: [2] };

const tensors = ({ w, b }: typeof start): NamedTensors => ({ w: tf.tensor(w, shapes.w), b: tf.tensor(b, shapes.b) });

/** The values after the three steps. */
function after(optimizer: Optimizer): typeof start {
  const specs = (['w', 'b'] as const).map((name) => ({
    name,
    shape: shapes[name],
    trainable: true,
    initial: () => Float32Array.from(start[name]),
  }));
  let variables = tensors(start);
  let slots: NamedTensors = Object.fromEntries(
    optimizer.slots(specs).map(({ name, shape }) => [name, tf.zeros([...shape])]),
  );
  for (const gradients of steps) {
    const rate = tf.scalar(optimizer.learningRate);
    const learningRates = { w: rate, b: rate };
    ({ variables, slots } = optimizer.update({ variables, gradients: tensors(gradients), slots, learningRates }));
  }
  return { w: [...variables['w']!.dataSync()], b: [...variables['b']!.dataSync()] };
}

// What torch.optim of PyTorch 1.13 makes of the same start and gradients, weight decay on the matrix alone.
const pytorch: readonly (readonly [string, Optimizer, typeof start])[] = [
  ['SGD', sgdOptimizer({ learningRate: 0.1 }), { w: [0.825, -1.9499999, 0.45, 2.8374999], b: [0.125, -0.375] }],
  [
    'SGD with momentum and weight decay',
    sgdOptimizer({ learningRate: 0.1, momentum: 0.9, weightDecay: 0.05 }),
    { w: [0.7348936, -1.7697872, 0.3042593, 2.4602547], b: [0.017, -0.384] },
  ],
  [
    'SGD with Nesterov momentum and weight decay',
    sgdOptimizer({ learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.05 }),
    { w: [0.5730165, -1.7160331, 0.2686639, 2.3136168], b: [0.0503, -0.5406] },
  ],
  [
    'Adam',
    adamOptimizer({ learningRate: 0.01 }),
    { w: [0.9806316, -1.9852779, 0.4793892, 2.9812961], b: [0.0827418, -0.1983765] },
  ],
  [
    'Adam with weight decay',
    adamOptimizer({ learningRate: 0.01, weightDecay: 0.05 }),
    { w: [0.9792559, -1.9828231, 0.4789941, 2.9796329], b: [0.0827418, -0.1983765] },
  ],
  [
    'AdamW',
    adamwOptimizer({ learningRate: 0.01, weightDecay: 0.05 }),
    { w: [0.9791437, -1.9822905, 0.4786539, 2.9768102], b: [0.0827418, -0.1983765] },
  ],
  [
    'Adamax',
    adamaxOptimizer({ learningRate: 0.01 }),
    { w: [0.9837598, -1.9865615, 0.4822506, 2.9841814], b: [0.0839895, -0.1961083] },
  ],
  [
    'Adamax with weight decay',
    adamaxOptimizer({ learningRate: 0.01, weightDecay: 0.05 }),
    { w: [0.9828577, -1.9850594, 0.4819548, 2.9831932], b: [0.0839895, -0.1961083] },
  ],
];

describe('optimizers', () => {
  it.each(pytorch)('take the steps of PyTorch: %s', (...[, optimizer, expected]) => {
    const got = after(optimizer);
    got.w.forEach((value, index) => expect(value).toBeCloseTo(expected.w[index]!, 5));
    got.b.forEach((value, index) => expect(value).toBeCloseTo(expected.b[index]!, 5));
  });

  it('decay biases too when asked', () => {
    const plain = after(sgdOptimizer({ weightDecay: 0.1 })).b;
    const all = after(sgdOptimizer({ weightDecay: 0.1, decayAll: true })).b;
    // w <- (1 - 0.01 * 0.1) w - 0.01 g, to first order in the decay.
    all.forEach((value, index) => expect(value - plain[index]!).toBeCloseTo(-0.003 * start.b[index]!, 4));
  });

  it('take the steps of the Adamax paper', () => {
    // b[0]: m = 0.05, u = 0.5; then m = 0.07, u = 0.4995; then m = -0.037, u = 1.
    const expected = 0.1 - (0.002 / 0.1) * 0.1 - ((0.002 / 0.19) * 0.07) / 0.4995 + ((0.002 / 0.271) * 0.037) / 1;
    expect(after(adamaxOptimizer()).b[0]).toBeCloseTo(expected, 6);
  });
});

describe('the manifest', () => {
  it('says what the code says', () => {
    const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).foveate;
    const described = [adamax, adam, adamw, sgd].map(({ meta }) => ({
      kind: meta.kind,
      id: meta.id,
      export: meta.id,
      summary: meta.summary,
    }));
    expect(manifest.plugins).toEqual(described);
  });

  it('fills in the defaults of the paper and refuses unknown and contradictory options', async () => {
    expect(await adamax.options['~standard'].validate({})).toEqual({
      value: { learningRate: 0.002, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 0, decayAll: false },
    });
    expect(await sgd.options['~standard'].validate({ rate: 1 })).toHaveProperty('issues');
    expect(await sgd.options['~standard'].validate({ nesterov: true })).toHaveProperty('issues');
  });
});
