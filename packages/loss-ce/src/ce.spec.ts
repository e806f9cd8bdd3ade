import { beforeAll, describe, expect, it } from '@jest/globals';
import type { LossInputs, PluginContext } from '@foveate/contracts';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { ce } from './index.js';

beforeAll(() => tf.setBackend('cpu'));

const logits = [
  [1, -0.5],
  [0.2, 2],
  [0, 0],
];
const labels = [
  [1, 0],
  [1, 0],
  [0, 1],
];

async function perSample(labelSmoothing: number): Promise<number[]> {
  const loss = await ce.register({ labelSmoothing }, {} as PluginContext);
  const inputs = { logits: tf.tensor2d(logits), labels: tf.tensor2d(labels) } as unknown as LossInputs;
  return [...loss.compute(inputs).perSample.dataSync()];
}

describe('ce', () => {
  it('is the negative log of the softmax at the label', async () => {
    const [first, second, third] = await perSample(0);
    expect(first).toBeCloseTo(Math.log(1 + Math.exp(-1.5)), 6);
    expect(second).toBeCloseTo(Math.log(1 + Math.exp(1.8)), 6);
    expect(third).toBeCloseTo(Math.LN2, 6);
  });

  // CrossEntropyLoss(label_smoothing=0.2, reduction='none') of PyTorch 1.13.
  it('smooths labels as PyTorch does', async () => {
    const expected = [0.3514, 1.773, 0.6931];
    (await perSample(0.2)).forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 4));
  });
});
