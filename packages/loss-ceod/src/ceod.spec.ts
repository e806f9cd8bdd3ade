/** The gradient of CEOD, through Grad-CAM, against finite differences and between the engines. */
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Explainer, HostTensor, HostTensors, Loss, PluginContext, Program } from '@foveate/contracts';
import { onnxEngine } from '@foveate/engine-onnx';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { gradCam } from '@foveate/explain';
import { expectClose, finiteDifferences, normalTensor, runOnce } from '@foveate/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { ceod, type CeodOptions } from './index.js';

const onnx = onnxEngine({ threads: 2 });
const oracle = tfjsEngine();
afterAll(() => {
  onnx.dispose();
  oracle.dispose();
});

const context: PluginContext = {
  baseFolder: '.',
  seed: 1,
  get: () => gradCam.register({}, context) as Explainer as never,
};

async function lossWith(options: Partial<CeodOptions>): Promise<Loss> {
  const validated = await ceod.options['~standard'].validate(options);
  if (validated.issues !== undefined) throw new Error(JSON.stringify(validated.issues));
  return ceod.register(validated.value, context);
}

const [n, side, channels, classes] = [3, 5, 4, 2];

/** A head with everything a head has: average and maximum, concatenated, then a dense layer. */
function headOf(kernel: tf.Tensor): (map: tf.Tensor4D) => tf.Tensor2D {
  return (map) => tf.matMul(tf.concat2d([tf.mean(map, [1, 2]), tf.max(map, [1, 2])], 1), kernel as tf.Tensor2D);
}

/** Inputs for which the overlap lies strictly between its clips and no value is at a kink. */
const inputs: HostTensors = {
  featureMap: absolute(normalTensor([n, side, side, channels], 11, 'map')),
  kernel: normalTensor([2 * channels, classes], 11, 'kernel'),
  // A narrow band: the 4.5 of the unclipped filter would saturate the overlap of a wide one.
  aoi: {
    dtype: 'float32',
    shape: [n, 20, 20],
    data: Float32Array.from({ length: n * 400 }, (_, i) => Number(i % 20 < 2)),
  },
  labels: { dtype: 'float32', shape: [n, classes], data: Float32Array.of(0, 1, 0, 1, 1, 0) },
};

function absolute(tensor: HostTensor): HostTensor {
  return { ...tensor, data: (tensor.data as Float32Array).map(Math.abs) };
}

function program(loss: Loss, gradients: boolean): Program {
  return ({ featureMap, kernel, aoi, labels }) => {
    const evaluate = (map: tf.Tensor, weights: tf.Tensor) => {
      const head = headOf(weights);
      return loss.compute({
        featureMap: map as tf.Tensor4D,
        logits: head(map as tf.Tensor4D),
        head,
        labels: labels as tf.Tensor2D,
        aoi: aoi as tf.Tensor3D,
        images: tf.zeros([n, 20, 20, 3]),
      });
    };
    const { loss: value, perSample, parts } = evaluate(featureMap as tf.Tensor, kernel as tf.Tensor);
    const outputs: Record<string, tf.Tensor> = { loss: value, perSample, ...parts };
    if (gradients) {
      const [byMap, byKernel] = tf.grads((map, weights) => evaluate(map, weights).loss)([
        featureMap as tf.Tensor,
        kernel as tf.Tensor,
      ]) as [tf.Tensor, tf.Tensor];
      Object.assign(outputs, { byMap, byKernel });
    }
    return { outputs };
  };
}

// The mask kernel is small enough here to keep the overlap off both clips, where the gradient would be zero.
const arms: [string, Partial<CeodOptions>][] = (['label', 'defective'] as const).flatMap((target) =>
  ([true, false] as const).map((clipMask): [string, Partial<CeodOptions>] => [
    `${target}, clipMask ${clipMask}`,
    { omega: 1, target, clipMask, maskKernel: 0.1 },
  ]),
);

describe.each(arms)('ceod with target %s', (...[, options]) => {
  it.each(['exact', 'detached'] as const)('has the same gradient on both engines, alpha %s', async (alpha) => {
    const loss = await lossWith({ ...options, alpha });
    const [got, expected] = [
      await runOnce(onnx, program(loss, true), inputs),
      await runOnce(oracle, program(loss, true), inputs),
    ];
    for (const [name, tensor] of Object.entries(expected)) expectClose(name, got[name], tensor, 1e-4);
    expect(expected['od']?.data[0]).toBeGreaterThan(0.01);
  });

  it('has the gradient of finite differences, alpha exact', async () => {
    const loss = await lossWith({ ...options, alpha: 'exact' });
    const exact = await runOnce(oracle, program(loss, true), inputs);
    const compiled = onnx.compile(program(loss, false), onnx.createState({}));
    for (const [name, gradient] of [
      ['kernel', 'byKernel'],
      ['featureMap', 'byMap'],
    ] as const) {
      const differences = await finiteDifferences(
        async (x) => (await compiled.run({ ...inputs, [name]: x }))['loss']?.data[0] as number,
        inputs[name] as HostTensor,
        2e-3,
      );
      expectClose(gradient, exact[gradient], differences, 5e-3);
    }
  });
});

describe('alpha detached', () => {
  it('has the gradient of finite differences with the weights held', async () => {
    // Alpha depends on the kernel alone here; freezing it means: a heatmap from a constant kernel.
    const loss = await lossWith({ omega: 1, maskKernel: 0.1, alpha: 'detached' });
    const gradient = (await runOnce(oracle, program(loss, true), inputs))['byKernel'] as HostTensor;
    const ce = await lossWith({ omega: 0 });
    const expected = (await runOnce(oracle, program(ce, true), inputs))['byKernel'] as HostTensor;
    expectClose('byKernel', gradient, expected, 1e-5);
    const exact = (await runOnce(oracle, program(await lossWith({ omega: 1, maskKernel: 0.1 }), true), inputs))[
      'byKernel'
    ];
    expect(() => {
      expectClose('byKernel', exact, expected, 1e-3);
    }).toThrow('byKernel');
  });
});

describe('ceod', () => {
  it('is cross-entropy when omega is 0, and leaves images without defect alone', async () => {
    const plain = await runOnce(oracle, program(await lossWith({ omega: 0 }), false), inputs);
    const guided = await runOnce(oracle, program(await lossWith({ omega: 1, maskKernel: 0.1 }), false), inputs);
    expect(plain['loss']?.data[0]).toBeCloseTo(plain['ce']?.data[0] as number, 6);
    // Samples 0 and 1 are defective, sample 2 is not.
    expect(guided['perSample']?.data[2]).toBeCloseTo(plain['perSample']?.data[2] as number, 6);
    expect(guided['perSample']?.data[0]).not.toBeCloseTo(plain['perSample']?.data[0] as number, 3);
  });

  it('smooths the labels of the cross-entropy alone', async () => {
    const labels = inputs['labels'] as HostTensor;
    const swapped = { ...inputs, labels: { ...labels, data: (labels.data as Float32Array).map((value) => 1 - value) } };
    const run = async (labelSmoothing: number, on: HostTensors) =>
      (await runOnce(oracle, program(await lossWith({ labelSmoothing, maskKernel: 0.1 }), false), on)) as HostTensors;
    const [hard, other, soft] = [await run(0, inputs), await run(0, swapped), await run(0.2, inputs)];
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
        alpha: 'exact',
        target: 'label',
        labelSmoothing: 0,
      },
    });
  });
});
