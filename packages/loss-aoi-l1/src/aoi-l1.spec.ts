/** The difference of heatmap and area, by hand, and its gradient through Grad-CAM on both engines. */
import { afterAll, describe, expect, it } from '@jest/globals';
import type { HostTensor, HostTensors } from '@foveate/contracts';
import { onnxEngine } from '@foveate/engine-onnx';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { gradCam } from '@foveate/explain';
import { buildPlugin, checkLoss, expectClose, lossCase, lossProgram, runOnce } from '@foveate/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { aoiL1, heatDifference } from './index.js';

const onnx = onnxEngine({ threads: 2 });
const oracle = tfjsEngine();
afterAll(() => {
  onnx.dispose();
  oracle.dispose();
});

const numbers = (tensor: HostTensor | undefined): number[] => [...(tensor?.data ?? [])];
const lossWith = (options: object) => buildPlugin(aoiL1, options, { plugins: [gradCam] });
const run = async (options: object, inputs: HostTensors = lossCase) =>
  runOnce(oracle, lossProgram(await lossWith(options), true), inputs);

describe('heatDifference', () => {
  const difference = async (heat: readonly number[]) => {
    const { value, gradient } = await runOnce(
      oracle,
      ({ heatmap, aoi }) => {
        const of = (map: tf.Tensor) => heatDifference(map as tf.Tensor3D, aoi as tf.Tensor3D);
        return { outputs: { value: of(heatmap!), gradient: tf.grad((map) => tf.sum(of(map)))(heatmap!) } };
      },
      {
        heatmap: { dtype: 'float32', shape: [1, 2, 2], data: Float32Array.from(heat) },
        // Inside: the upper left quarter, and half of the upper right one.
        aoi: {
          dtype: 'float32',
          shape: [1, 4, 4],
          data: Float32Array.of(1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        },
      },
    );
    return { value: numbers(value)[0]!, gradient: numbers(gradient) };
  };

  it('is what hand computation gives', async () => {
    // |1/4 - 1| + |2/4 - 1/2| + 3/4 + 1
    expect((await difference([1, 2, 3, 4])).value).toBeCloseTo((0.75 + 0 + 0.75 + 1) / 4, 6);
    expect((await difference([8, 4, 0, 0])).value).toBe(0);
    expect((await difference([800, 100, 0, 0])).value).toBeCloseTo(0.375 / 4, 6);
  });

  it('lowers heat outside and raises it inside, and the hottest cell where it is outside', async () => {
    const { gradient } = await difference([1, 3, 2, 4]);
    // u = H / 4: du/dH = 1/4 of the others, and of the hottest cell, which is in the divisor, -u/4 for each of them.
    const signs = [-1, 1, 1];
    signs.forEach((sign, cell) => expect(gradient[cell]).toBeCloseTo(sign / 16, 6));
    expect(gradient[3]).toBeCloseTo((1 - 3 - 2) / 4 / 16, 6);
  });

  it('is the share of the area where there is no heat, with a bounded gradient', async () => {
    const cold = await difference([0, 0, 0, 0]);
    expect(cold.value).toBeCloseTo(0.375, 6);
    for (const value of cold.gradient) expect(Math.abs(value)).toBeLessThanOrEqual(1000);
    expect((await difference([1e-7, 0, 0, 0])).value).toBeCloseTo((1.5 - 1e-7 / 2.5e-4) / 4, 6);
  });
});

const arms = (['defective', 'label'] as const).flatMap((target) =>
  (['defective', 'all'] as const).map((images) => ({ weight: 1, target, images })),
);

describe.each(arms)('aoi-l1 with %j', (options) => {
  it('keeps the contract of losses', async () => {
    const setting = { engines: [onnx, oracle], options, plugins: [gradCam] } as const;
    await expect(checkLoss(aoiL1, setting)).resolves.toBeUndefined();
  });

  it('has the same gradient on both engines with alpha detached', async () => {
    const program = lossProgram(await lossWith({ ...options, explainer: { id: 'grad-cam', alpha: 'detached' } }), true);
    const [got, expected] = [await runOnce(onnx, program, lossCase), await runOnce(oracle, program, lossCase)];
    for (const [name, tensor] of Object.entries(expected)) expectClose(name, got[name], tensor, 1e-4);
    expect(numbers(expected['heatDifference'])[0]).toBeGreaterThan(0.01);
  });
});

describe('aoi-l1', () => {
  it('guides the images it is told to', async () => {
    const [plain, defective, all] = [await run({ weight: 0 }), await run({}), await run({ images: 'all' })];
    expect(numbers(plain['loss'])[0]).toBeCloseTo(numbers(plain['ce'])[0]!, 6);
    const added = (of: HostTensors) => numbers(of['perSample']).map((v, i) => v - numbers(plain['perSample'])[i]!);
    // Samples 0 and 1 are defective, sample 2 is not.
    expect(added(defective)[2]).toBeCloseTo(0, 6);
    expect(Math.min(...added(defective).slice(0, 2))).toBeGreaterThan(0.01);
    expect(added(all)[2]).toBeGreaterThan(0.01);
  });

  it('costs the share of the area without heat, and is finite for areas that are all and nothing', async () => {
    const filled = (name: string, value: number) => {
      const tensor = lossCase[name] as HostTensor;
      return { ...lossCase, [name]: { ...tensor, data: new Float32Array(tensor.data.length).fill(value) } };
    };
    const cold = await run({ images: 'all' }, filled('filter', 0));
    expect(numbers(cold['heatDifference'])[0]).toBeCloseTo(0.1, 5);
    for (const outputs of [cold, await run({}, filled('aoi', 0)), await run({}, filled('aoi', 1))])
      expect(Object.values(outputs).flatMap(numbers).every(Number.isFinite)).toBe(true);
  });

  it.each([{ weight: -1 }, { measure: 'share' }, { images: 'good' }])('refuses %j', async (options) => {
    expect((await aoiL1.options['~standard'].validate(options)).issues).toHaveLength(1);
  });
});
