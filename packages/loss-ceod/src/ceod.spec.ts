/** The gradient of CEOD, through Grad-CAM, against finite differences and between the engines. */
import { afterAll, describe, expect, it } from '@jest/globals';
import type { HostTensor, HostTensors } from '@foveate/contracts';
import { onnxEngine } from '@foveate/engine-onnx';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { gradCam } from '@foveate/explain';
import { buildPlugin, checkLoss, expectClose, lossCase, lossProgram, runOnce } from '@foveate/testkit';
import { ceod } from './index.js';

const onnx = onnxEngine({ threads: 2 });
const oracle = tfjsEngine();
afterAll(() => {
  onnx.dispose();
  oracle.dispose();
});

const lossWith = (options: object) => buildPlugin(ceod, options, { plugins: [gradCam] });

// The mask kernel is small enough here to keep the overlap off both clips, where the gradient would be zero.
const arms: [string, object][] = (['label', 'defective'] as const).flatMap((target) =>
  ([true, false] as const).map((clipMask): [string, object] => [
    `${target}, clipMask ${clipMask}`,
    { omega: 1, target, clipMask, maskKernel: 0.1 },
  ]),
);

describe.each(arms)('ceod with target %s', (...[, options]) => {
  it('has the same gradient on both engines with alpha detached', async () => {
    const loss = await lossWith({ ...options, explainer: { id: 'grad-cam', alpha: 'detached' } });
    const [got, expected] = [
      await runOnce(onnx, lossProgram(loss, true), lossCase),
      await runOnce(oracle, lossProgram(loss, true), lossCase),
    ];
    for (const [name, tensor] of Object.entries(expected)) expectClose(name, got[name], tensor, 1e-4);
    expect(expected['od']?.data[0]).toBeGreaterThan(0.01);
  });

  it('keeps the contract of losses', async () => {
    const setting = { engines: [onnx, oracle], options, plugins: [gradCam] } as const;
    await expect(checkLoss(ceod, setting)).resolves.toBeUndefined();
  });
});

describe('alpha detached', () => {
  it('has the gradient of finite differences with the weights held', async () => {
    // Alpha depends on the kernel alone here; freezing it means: a heatmap from a constant kernel.
    const loss = await lossWith({ omega: 1, maskKernel: 0.1, explainer: 'grad-cam' });
    const gradient = (await runOnce(oracle, lossProgram(loss, true), lossCase))['byKernel'] as HostTensor;
    const ce = await lossWith({ omega: 0 });
    const expected = (await runOnce(oracle, lossProgram(ce, true), lossCase))['byKernel'] as HostTensor;
    expectClose('byKernel', gradient, expected, 1e-5);
    const exact = (await runOnce(oracle, lossProgram(await lossWith({ omega: 1, maskKernel: 0.1 }), true), lossCase))[
      'byKernel'
    ];
    expect(() => {
      expectClose('byKernel', exact, expected, 1e-3);
    }).toThrow('byKernel');
  });
});

describe('ceod', () => {
  it('is cross-entropy when omega is 0, and leaves images without defect alone', async () => {
    const plain = await runOnce(oracle, lossProgram(await lossWith({ omega: 0 }), false), lossCase);
    const guided = await runOnce(oracle, lossProgram(await lossWith({ omega: 1, maskKernel: 0.1 }), false), lossCase);
    expect(plain['loss']?.data[0]).toBeCloseTo(plain['ce']?.data[0] as number, 6);
    // Samples 0 and 1 are defective, sample 2 is not.
    expect(guided['perSample']?.data[2]).toBeCloseTo(plain['perSample']?.data[2] as number, 6);
    expect(guided['perSample']?.data[0]).not.toBeCloseTo(plain['perSample']?.data[0] as number, 3);
  });

  it('smooths the labels of the cross-entropy alone', async () => {
    const labels = lossCase['labels'] as HostTensor;
    const swapped = {
      ...lossCase,
      labels: { ...labels, data: (labels.data as Float32Array).map((value) => 1 - value) },
    };
    const run = async (labelSmoothing: number, on: HostTensors) =>
      (await runOnce(
        oracle,
        lossProgram(await lossWith({ labelSmoothing, maskKernel: 0.1 }), false),
        on,
      )) as HostTensors;
    const [hard, other, soft] = [await run(0, lossCase), await run(0, swapped), await run(0.2, lossCase)];
    const value = (of: HostTensors, part: string) => of[part]?.data[0] as number;
    expect(value(soft, 'ce')).toBeCloseTo(0.9 * value(hard, 'ce') + 0.1 * value(other, 'ce'), 5);
    expect(value(soft, 'od')).toBeCloseTo(value(hard, 'od'), 6);
  });

  it("has the paper's constants as defaults", async () => {
    const result = await ceod.options['~standard'].validate({});
    expect(result).toMatchObject({
      value: {
        omega: 0.001,
        epsilon: 1e-7,
        threshold: 0.5,
        maskKernel: 0.5,
        clipMask: false,
        explainer: { id: 'grad-cam', alpha: 'exact' },
        target: 'label',
        labelSmoothing: 0,
      },
    });
  });
});
