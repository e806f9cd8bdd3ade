import { afterAll, describe, expect, it } from '@jest/globals';
import { onnxEngine } from '@foveate/engine-onnx';
import { tfjsEngine } from '@foveate/engine-tfjs';
import type { HostTensor, MaskLoss, Program } from '@foveate/contracts';
import { buildPlugin, checkParity, finiteDifferences, normalTensor, runOnce } from '@foveate/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { diceCe } from './index.js';

const engine = tfjsEngine();
const fast = onnxEngine({ threads: 1 });
afterAll(() => [engine, fast].forEach((one) => one.dispose()));

const maps = (data: readonly number[], shape: readonly number[]): HostTensor => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(data),
});

async function computed(loss: MaskLoss, logits: HostTensor, targets: HostTensor) {
  const program: Program = (inputs) => {
    const { loss: mean, perSample, parts } = loss.compute(inputs as never);
    return { outputs: { mean, perSample, ...parts } };
  };
  const outputs = await runOnce(engine, program, { logits, targets });
  return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, [...data]]));
}

describe('dice-ce', () => {
  it('is what the formula gives by hand', async () => {
    // Two samples of two pixels, one area. sigmoid(log 3) = 3/4, sigmoid(-log 3) = 1/4, sigmoid(0) = 1/2.
    const logits = maps([Math.log(3), -Math.log(3), 0, 0], [2, 1, 2, 1]);
    const targets = maps([1, 0, 1, 1], [2, 1, 2, 1]);
    const result = await computed(await buildPlugin(diceCe, { dice: 2, ce: 0.5, smooth: 1 }), logits, targets);
    const dice = [1 - (2 * 0.75 + 1) / (1 + 1 + 1), 1 - (2 * 1 + 1) / (1 + 2 + 1)];
    const ce = [-Math.log(0.75), Math.LN2];
    const perSample = dice.map((value, i) => 2 * value + 0.5 * ce[i]!);
    perSample.forEach((value, i) => expect(result['perSample']![i]).toBeCloseTo(value, 6));
    expect(result['mean']![0]).toBeCloseTo((perSample[0]! + perSample[1]!) / 2, 6);
    expect(result['dice']![0]).toBeCloseTo((dice[0]! + dice[1]!) / 2, 6);
    expect(result['ce']![0]).toBeCloseTo((ce[0]! + ce[1]!) / 2, 6);
  });

  it('costs nothing where an empty area is found empty, and is finite for any logit', async () => {
    const loss = await buildPlugin(diceCe);
    const empty = await computed(loss, maps([-100, -100], [1, 1, 2, 1]), maps([0, 0], [1, 1, 2, 1]));
    expect(empty['mean']![0]).toBeCloseTo(0, 6);
    const wrong = await computed(loss, maps([1e4, -1e4], [1, 1, 2, 1]), maps([0, 1], [1, 1, 2, 1]));
    expect(wrong['ce']![0]).toBeCloseTo(1e4, 0);
  });

  it('gives overlapping areas a mean over areas', async () => {
    const loss = await buildPlugin(diceCe, { ce: 0, smooth: 1e-6 });
    // The first area found exactly, the second missed entirely.
    const { mean } = await computed(loss, maps([50, -50], [1, 1, 1, 2]), maps([1, 1], [1, 1, 1, 2]));
    expect(mean![0]).toBeCloseTo(0.5, 4);
  });

  it('has the gradient of finite differences', async () => {
    const loss = await buildPlugin(diceCe);
    const logits = normalTensor([2, 2, 3, 2], 1, 'logits');
    const targets = maps(
      Array.from({ length: 24 }, (_, i) => Number(i % 3 === 0)),
      logits.shape,
    );
    const value = async (at: HostTensor) => (await computed(loss, at, targets))['mean']![0]!;
    const expected = await finiteDifferences(value, logits, 1e-2);
    const program: Program = ({ x, t }) => ({
      outputs: {
        gradient: tf.grad((at) => loss.compute({ logits: at as tf.Tensor4D, targets: t as tf.Tensor4D }).loss)(x!),
      },
    });
    const { gradient } = await runOnce(engine, program, { x: logits, t: targets });
    expected.data.forEach((slope, i) => expect(gradient!.data[i]).toBeCloseTo(slope, 3));
  });

  it('is the same on ONNX Runtime, with its gradient', async () => {
    const loss = await buildPlugin(diceCe);
    const targets = maps(
      Array.from({ length: 60 }, (_, i) => Number(i % 4 === 0)),
      [3, 4, 5, 1],
    );
    const compute = (logits: tf.Tensor4D, t: tf.Tensor4D) => loss.compute({ logits, targets: t }).perSample;
    await expect(
      checkParity([fast, engine], [[3, 4, 5, 1], targets], compute, { gradients: [0] }),
    ).resolves.toBeUndefined();
  });

  it('refuses two weights of 0', async () => {
    await expect(buildPlugin(diceCe, { dice: 0, ce: 0 })).rejects.toThrow('one of the weights');
  });
});
