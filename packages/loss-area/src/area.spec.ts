import { afterAll, describe, expect, it } from '@jest/globals';
import type { HostTensor, HostTensors, LossInputs } from '@foveate/contracts';
import { onnxEngine } from '@foveate/engine-onnx';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { buildPlugin, checkLoss, expectClose, lossCase, lossProgram, runOnce } from '@foveate/testkit';
import type * as tf from '@tensorflow/tfjs-core';
import { area, areaCrossEntropy } from './index.js';

const onnx = onnxEngine({ threads: 2 });
const oracle = tfjsEngine();
afterAll(() => {
  onnx.dispose();
  oracle.dispose();
});

const numbers = (tensor: HostTensor | undefined): number[] => [...(tensor?.data ?? [])];
const run = async (options: object, inputs: HostTensors = lossCase) =>
  runOnce(oracle, lossProgram(await buildPlugin(area, options), true), inputs);

describe('areaCrossEntropy', () => {
  const of = async (logits: readonly number[], aoi: readonly number[]) => {
    const inputs: HostTensors = {
      logits: { dtype: 'float32', shape: [1, 1, 2], data: Float32Array.from(logits) },
      aoi: { dtype: 'float32', shape: [1, 2, 4], data: Float32Array.from(aoi) },
    };
    const program = ({ logits, aoi }: Record<string, tf.Tensor>) => ({
      outputs: { value: areaCrossEntropy(logits as tf.Tensor3D, aoi as tf.Tensor3D) },
    });
    return numbers((await runOnce(oracle, program as never, inputs))['value'])[0]!;
  };

  it('is what hand computation gives', async () => {
    // Left cell inside, right cell three quarters inside.
    const aoi = [1, 1, 1, 1, 1, 1, 1, 0];
    expect(await of([0, 0], aoi)).toBeCloseTo(Math.log(2), 6);
    const [a, b] = [1 / (1 + Math.exp(-2)), 1 / (1 + Math.exp(1))];
    const expected = -(Math.log(a) + 0.75 * Math.log(b) + 0.25 * Math.log(1 - b)) / 2;
    expect(await of([2, -1], aoi)).toBeCloseTo(expected, 5);
  });

  it('stays finite where a prediction is certain, right or wrong', async () => {
    expect(await of([200, -200], [1, 1, 0, 0, 1, 1, 0, 0])).toBeCloseTo(0, 6);
    expect(await of([-200, 200], [1, 1, 0, 0, 1, 1, 0, 0])).toBeCloseTo(200, 3);
  });
});

describe('area', () => {
  it('keeps the contract of losses', async () => {
    await expect(checkLoss(area, { engines: [onnx, oracle], options: {} })).resolves.toBeUndefined();
  });

  it('has the same gradient on both engines', async () => {
    const program = lossProgram(await buildPlugin(area, { weight: 2 }), true);
    const [got, expected] = [await runOnce(onnx, program, lossCase), await runOnce(oracle, program, lossCase)];
    for (const [name, tensor] of Object.entries(expected)) expectClose(name, got[name], tensor, 1e-4);
  });

  it('adds the cross-entropy of the area, of the images it is told to', async () => {
    const [plain, all, defective] = [
      await run({ weight: 0 }),
      await run({ weight: 2 }),
      await run({ images: 'defective' }),
    ];
    expect(numbers(plain['loss'])[0]).toBeCloseTo(numbers(plain['ce'])[0]!, 6);
    expect(numbers(all['loss'])[0]).toBeCloseTo(numbers(all['ce'])[0]! + 2 * numbers(all['areaCrossEntropy'])[0]!, 5);
    // Sample 2 is not defective.
    expect(numbers(defective['perSample'])[2]).toBeCloseTo(numbers(plain['perSample'])[2]!, 6);
    expect(numbers(defective['perSample'])[0]).toBeGreaterThan(numbers(plain['perSample'])[0]! + 0.1);
  });

  it('says what to do with a model that predicts no area', async () => {
    const loss = await buildPlugin(area, {});
    expect(() => loss.compute({ areaLogits: undefined } as LossInputs)).toThrow(
      "The loss 'area' trains the area that a model predicts, and this model predicts none",
    );
  });
});
