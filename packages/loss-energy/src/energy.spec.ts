/** The gradient of the energy loss, through Grad-CAM, against finite differences and between the engines. */
import { afterAll, describe, expect, it } from '@jest/globals';
import type { HostTensor, HostTensors } from '@foveate/contracts';
import { onnxEngine } from '@foveate/engine-onnx';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { gradCam } from '@foveate/explain';
import { buildPlugin, checkLoss, expectClose, lossCase, lossProgram, runOnce } from '@foveate/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { energy, heatOutside } from './index.js';

const onnx = onnxEngine({ threads: 2 });
const oracle = tfjsEngine();
afterAll(() => {
  onnx.dispose();
  oracle.dispose();
});

const lossWith = (options: object) => buildPlugin(energy, options, { plugins: [gradCam] });

const numbers = (tensor: HostTensor | undefined): number[] => [...(tensor?.data ?? [])];
const run = async (options: object, inputs: HostTensors = lossCase) =>
  runOnce(oracle, lossProgram(await lossWith(options), true), inputs);

describe('heatOutside', () => {
  const outside = async (heat: readonly number[], measure: 'share' | 'mass') => {
    const inputs: HostTensors = {
      heatmap: { dtype: 'float32', shape: [1, 2, 2], data: Float32Array.from(heat) },
      // Inside: the upper left quarter, and half of the upper right one.
      aoi: {
        dtype: 'float32',
        shape: [1, 4, 4],
        data: Float32Array.of(1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0),
      },
    };
    const program = ({ heatmap, aoi }: Record<string, tf.Tensor>) => {
      const value = (map: tf.Tensor) => heatOutside(map as tf.Tensor3D, aoi as tf.Tensor3D, measure);
      return { outputs: { value: value(heatmap!), gradient: tf.grad((map) => tf.sum(value(map)))(heatmap!) } };
    };
    const { value, gradient } = await runOnce(oracle, program as never, inputs);
    return { value: numbers(value)[0]!, gradient: numbers(gradient) };
  };

  it('is what hand computation gives', async () => {
    // Outside: half of 2, all of 3 and 4, of 10 in all.
    expect((await outside([1, 2, 3, 4], 'mass')).value).toBeCloseTo(8, 5);
    expect((await outside([1, 2, 3, 4], 'share')).value).toBeCloseTo(8 / 10.001, 5);
    expect((await outside([5, 0, 0, 0], 'share')).value).toBe(0);
    expect((await outside([0, 0, 7, 0], 'share')).value).toBeCloseTo(7 / 7.001, 5);
  });

  it('has a gradient wherever there is heat, and a finite one where there is none', async () => {
    // Share E = O / T: dE/dH = (outside - E) / T.
    const all = 7.001;
    const gone = await outside([0, 0, 7, 0], 'share');
    gone.gradient.forEach((value, cell) => {
      expect(value).toBeCloseTo(([0, 0.5, 1, 1][cell]! - 7 / all) / all, 5);
    });
    expect(gone.gradient[0]).toBeLessThan(-0.1);
    expect(await outside([0, 0, 0, 0], 'share')).toEqual({ value: 0, gradient: [0, 500, 1000, 1000].map(nearly) });
    expect((await outside([0, 0, 0, 0], 'mass')).gradient).toEqual([0, 0.5, 1, 1]);
  });
  const nearly = (value: number) => expect.closeTo(value, 1) as unknown as number;

  it('scales as it says: the share does not depend on how hot, the mass does', async () => {
    const [cool, hot] = [await outside([1, 2, 3, 4], 'share'), await outside([100, 200, 300, 400], 'share')];
    expect(hot.value).toBeCloseTo(cool.value, 3);
    expect((await outside([100, 200, 300, 400], 'mass')).value).toBeCloseTo(800, 2);
  });
});

const arms: [string, object][] = (['share', 'mass'] as const).flatMap((measure) =>
  (['defective', 'label'] as const).flatMap((target) =>
    (['defective', 'all'] as const).map((images): [string, object] => [
      `${measure}, target ${target}, images ${images}`,
      { weight: 1, measure, target, images },
    ]),
  ),
);

describe.each(arms)('energy with %s', (...[, options]) => {
  it('has the same gradient on both engines with alpha detached', async () => {
    const program = lossProgram(await lossWith({ ...options, explainer: { id: 'grad-cam', alpha: 'detached' } }), true);
    const [got, expected] = [await runOnce(onnx, program, lossCase), await runOnce(oracle, program, lossCase)];
    for (const [name, tensor] of Object.entries(expected)) expectClose(name, got[name], tensor, 1e-4);
    expect(expected['heatOutside']?.data[0]).toBeGreaterThan(0.01);
  });

  it('keeps the contract of losses', async () => {
    const setting = { engines: [onnx, oracle], options, plugins: [gradCam] } as const;
    await expect(checkLoss(energy, setting)).resolves.toBeUndefined();
  });
});

describe('energy', () => {
  it('is cross-entropy when the weight is 0', async () => {
    const plain = await run({ weight: 0 });
    expect(plain['loss']?.data[0]).toBeCloseTo(plain['ce']?.data[0] as number, 6);
  });

  it('guides the images it is told to', async () => {
    const [plain, defective, all] = [await run({ weight: 0 }), await run({}), await run({ images: 'all' })];
    const difference = (of: HostTensors) =>
      numbers(of['perSample']).map((value, index) => value - numbers(plain['perSample'])[index]!);
    // Samples 0 and 1 are defective, sample 2 is not.
    expect(difference(defective)[2]).toBeCloseTo(0, 6);
    expect(Math.min(...difference(defective).slice(0, 2))).toBeGreaterThan(0.01);
    expect(difference(all)[2]).toBeGreaterThan(0.01);
    expect(numbers(defective['loss'])[0]).toBeCloseTo(
      numbers(defective['perSample']).reduce((sum, value) => sum + value / 3, 0),
      6,
    );
  });

  it('costs nothing where there is no heat or no outside, and has a finite gradient where there is no inside', async () => {
    const aoi = lossCase['aoi'] as HostTensor;
    const filled = (value: number) => ({ ...lossCase, aoi: { ...aoi, data: new Float32Array(1200).fill(value) } });
    expect((await run({ weight: 1 }, filled(1)))['heatOutside']?.data[0]).toBeCloseTo(0, 6);
    const nothingInside = await run({ weight: 1 }, filled(0));
    expect(nothingInside['heatOutside']?.data[0]).toBeCloseTo(2 / 3, 2);
    for (const name of ['byFilter', 'byKernel']) expect(numbers(nothingInside[name]).every(Number.isFinite)).toBe(true);
    const filter = lossCase['filter'] as HostTensor;
    const cold = { ...lossCase, filter: { ...filter, data: new Float32Array(filter.data.length) } };
    const noHeat = await run({ weight: 1 }, cold);
    expect(noHeat['heatOutside']?.data[0]).toBe(0);
    for (const name of ['byFilter', 'byKernel']) expect(numbers(noHeat[name]).every(Number.isFinite)).toBe(true);
  });

  it('smooths the labels of the cross-entropy alone', async () => {
    const [hard, soft] = [await run({}), await run({ labelSmoothing: 0.2 })];
    expect(soft['ce']?.data[0]).not.toBeCloseTo(hard['ce']?.data[0] as number, 3);
    expect(soft['heatOutside']?.data[0]).toBeCloseTo(hard['heatOutside']?.data[0] as number, 6);
  });

  it.each([{ weight: -1 }, { measure: 'shares' }, { wieght: 1 }])('refuses %j', async (options) => {
    const result = await energy.options['~standard'].validate(options);
    expect(result.issues).toHaveLength(1);
  });
});
