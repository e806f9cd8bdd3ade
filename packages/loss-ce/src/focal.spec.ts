import { afterAll, describe, expect, it } from '@jest/globals';
import type { HostTensor, LossInputs } from '@foveate/contracts';
import { onnxEngine } from '@foveate/engine-onnx';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { buildPlugin, checkLoss, runOnce } from '@foveate/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { focal } from './index.js';

const onnx = onnxEngine({ threads: 2 });
const oracle = tfjsEngine();
afterAll(() => {
  onnx.dispose();
  oracle.dispose();
});

/** Loss of each image and its gradient by the logit of the defective class, of images with these margins, good ones unless told. */
async function evaluate(margins: readonly number[], options: object, defective = false) {
  const loss = await buildPlugin(focal, options);
  const [n, y] = [margins.length, Number(defective)];
  const rows = (row: (i: number) => number[]): HostTensor => ({
    dtype: 'float32',
    shape: [n, 2],
    data: Float32Array.from({ length: 2 * n }, (_, i) => row(i >> 1)[i % 2]!),
  });
  const { perSample, gradient } = await runOnce(
    oracle,
    ({ logits, labels }) => {
      const each = (of: tf.Tensor) => loss.compute({ logits: of, labels } as LossInputs).perSample;
      return {
        outputs: { perSample: each(logits!), gradient: tf.grad((of) => tf.sum(each(of)))(logits!) },
      };
    },
    { logits: rows((i) => [0, margins[i]!]), labels: rows(() => [1 - y, y]) },
  );
  return {
    perSample: [...perSample!.data],
    gradient: [...gradient!.data].filter((_, i) => i % 2 === 1),
  };
}

/** -(1 - p)^gamma log p, p = 1 / (1 + e^margin). */
const formula = (margin: number, gamma: number) =>
  (1 - 1 / (1 + Math.exp(margin))) ** gamma * Math.log1p(Math.exp(margin));

describe('focal', () => {
  it.each([0, 0.5, 1, 2, 5])(
    'is the published formula with gamma %f, its gradient that of differences',
    async (gamma) => {
      const margins = [-3, -0.5, 0, 0.5, 3];
      const { perSample, gradient } = await evaluate(margins, { gamma });
      margins.forEach((margin, i) => {
        expect(perSample[i]).toBeCloseTo(formula(margin, gamma), 5);
        expect(gradient[i]).toBeCloseTo((formula(margin + 1e-4, gamma) - formula(margin - 1e-4, gamma)) / 2e-4, 4);
      });
    },
  );

  it('weighs the classes by alpha', async () => {
    const [plain] = (await evaluate([0.7], {})).perSample as [number];
    expect((await evaluate([0.7], { alpha: 0.25 })).perSample[0]).toBeCloseTo(0.75 * plain, 6);
    expect((await evaluate([-0.7], { alpha: 0.25 }, true)).perSample[0]).toBeCloseTo(0.25 * plain, 6);
  });

  it('stays finite however sure the network is', async () => {
    for (const gamma of [0, 0.5, 2]) {
      const { perSample, gradient } = await evaluate([-200, -40, 40, 200], { gamma });
      expect([...perSample, ...gradient].every(Number.isFinite)).toBe(true);
      expect(perSample[3]).toBeCloseTo(200, 3);
      expect(gradient[3]).toBeCloseTo(1, 5);
    }
  });

  it.each([{}, { gamma: 0 }, { gamma: 0.5, alpha: 0.3 }])('keeps the contract of losses with %j', async (options) => {
    await expect(checkLoss(focal, { engines: [onnx, oracle], options })).resolves.toBeUndefined();
  });

  it.each([{ gamma: -1 }, { alpha: 1 }, { labelSmoothing: 0.1 }])('refuses %j', async (options) => {
    expect((await focal.options['~standard'].validate(options)).issues).toHaveLength(1);
  });
});
