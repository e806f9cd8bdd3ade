/** Weight, warm-up and balance of guidance, on a small network whose guidance is the mass of its features outside. */
import type { HostTensor, HostTensors, Loss } from '@foveate/contracts';
import { onnxEngine } from '@foveate/engine-onnx';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { areaAverage, crossEntropy, isDefective } from '@foveate/tensor';
import { checkLoss, expectClose, lossCase, lossProgram, lossView, runOnce } from '@foveate/testkit';
import { afterAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { guidanceOptions, guidedLoss, type GuidanceOptions } from './index.js';

const onnx = onnxEngine({ threads: 2 });
const oracle = tfjsEngine();
afterAll(() => {
  onnx.dispose();
  oracle.dispose();
});

const schema = z.strictObject(guidanceOptions({ usual: 0.3, of: 'the mass outside' }));

/** Sum over maps of the squares of features outside, [N]. */
function massOutside(featureMap: tf.Tensor4D, aoi: tf.Tensor3D): tf.Tensor1D {
  const outside = tf.sub(1, areaAverage(aoi, [featureMap.shape[1], featureMap.shape[2]]));
  return tf.sum(tf.mul(tf.sum(tf.square(featureMap), 3), outside), [1, 2]);
}

function lossOf(options: object, images: 'defective' | 'all' = 'defective'): Loss {
  return guidedLoss(
    { ...schema.parse(options), images },
    { name: 'mass', uses: [], measure: ({ featureMap, aoi }) => ({ guidance: massOutside(featureMap, aoi) }) },
  );
}

/** The same by the pixels: the square of what the logits change when the images get darker. */
function pixelLossOf(options: object): Loss {
  return guidedLoss(
    { ...schema.parse(options), images: 'all' },
    {
      name: 'change',
      uses: ['images', 'forward'],
      measure: ({ images, logits, forward }) => ({
        guidance: tf.sum(tf.square(tf.sub(forward(tf.mul(images, 0.9)).logits, logits)), 1),
      }),
    },
  );
}

const at = (progress: number): HostTensors => ({
  ...lossCase,
  progress: { dtype: 'float32', shape: [], data: Float32Array.of(progress) },
});
const number = (tensor: HostTensor | undefined): number => tensor!.data[0]!;
const run = (loss: Loss, inputs: HostTensors = lossCase) => runOnce(oracle, lossProgram(loss, true), inputs);

describe('the weight of guidance', () => {
  it('is constant where it is a number, of every engine and by finite differences', async () => {
    const loss = lossOf({ weight: 0.5 });
    expect(loss.uses).toEqual(['aoi']);
    const got = await run(loss);
    expect(number(got['loss'])).toBeCloseTo(number(got['ce']) + 0.5 * number(got['mass']), 5);
    const plugin = {
      meta: { kind: 'loss', id: 'mass', contract: '^2', summary: 'The mass of features outside.' },
      options: schema,
      register: (o: GuidanceOptions) => lossOf(o),
    } as const;
    await checkLoss(plugin, { engines: [onnx, oracle], options: {} });
  });

  it('grows over the share of the training that it is told, and is whole where a loss is measured', async () => {
    const loss = lossOf({ weight: { value: 2, warmUp: 0.25 } });
    const weightAt = async (progress: number) => {
      const got = await run(loss, at(progress));
      const weight = number(got['guidanceWeight']);
      expect(number(got['loss'])).toBeCloseTo(number(got['ce']) + weight * number(got['mass']), 5);
      return weight;
    };
    expect(await Promise.all([0, 0.125, 0.25, 0.9].map(weightAt))).toEqual([0, 1, 2, 2]);
    const measured = await run(loss);
    expect(measured['guidanceWeight']).toBeUndefined();
    expect(number(measured['loss'])).toBeCloseTo(number(measured['ce']) + 2 * number(measured['mass']), 5);
  });

  it.each([{ weight: -1 }, { weight: { value: 1 } }, { weight: { value: 1, warmUp: 0 } }, { balance: 'norm' }])(
    'is not %j',
    (options) => {
      expect(schema.safeParse(options).success).toBe(false);
    },
  );
});

describe('balanced guidance', () => {
  /** Gradients of both terms by the feature map, and by the filter; written out. */
  const byHand = () =>
    runOnce(
      oracle,
      ({ images, filter, kernel, labels, aoi }) => {
        const view = (by: tf.Tensor) => lossView(images as tf.Tensor4D, { filter: by, kernel: kernel as tf.Tensor });
        const { featureMap, head } = view(filter as tf.Tensor);
        const ce = (logits: tf.Tensor2D) => tf.mean<tf.Scalar>(crossEntropy(logits, labels as tf.Tensor2D));
        const mass = (map: tf.Tensor4D) =>
          tf.mean<tf.Scalar>(tf.mul(massOutside(map, aoi as tf.Tensor3D), isDefective(labels as tf.Tensor2D)));
        return {
          outputs: {
            ce: tf.norm(tf.grad((map) => ce(head(map as tf.Tensor4D)))(featureMap)),
            mass: tf.norm(tf.grad((map) => mass(map as tf.Tensor4D))(featureMap)),
            ceByFilter: tf.grad((by) => ce(view(by).logits))(filter as tf.Tensor),
            massByFilter: tf.grad((by) => mass(view(by).featureMap))(filter as tf.Tensor),
          },
        };
      },
      lossCase,
    );

  it('pulls with the share of the strength of cross-entropy that the weight says', async () => {
    const expected = await byHand();
    const got = await run(lossOf({ weight: 0.3, balance: 'gradient-norm' }), at(0.5));
    const weight = (0.3 * number(expected['ce'])) / number(expected['mass']);
    expect(number(got['guidanceWeight'])).toBeCloseTo(weight, 4);
    expect(number(got['loss'])).toBeCloseTo(number(got['ce']) + weight * number(got['mass']), 4);
    // The ratio is a constant: the gradient is that of the two terms.
    const [a, b] = [expected['ceByFilter']!.data, expected['massByFilter']!.data];
    got['byFilter']!.data.forEach((value, i) => expect(value).toBeCloseTo(a[i]! + weight * b[i]!, 4));
    // However guidance is scaled.
    const larger = guidedLoss(
      { ...schema.parse({ weight: 0.3, balance: 'gradient-norm' }), images: 'defective' },
      {
        name: 'mass',
        uses: [],
        measure: ({ featureMap, aoi }) => ({ guidance: tf.mul(massOutside(featureMap, aoi), 50) }),
      },
    );
    expectClose('byFilter', (await run(larger, at(0.5)))['byFilter'], got['byFilter']!, 1e-4);
  });

  it.each([
    ['by the feature map', lossOf({ weight: { value: 0.3, warmUp: 0.5 }, balance: 'gradient-norm' })],
    ['by the pixels', pixelLossOf({ weight: { value: 0.3, warmUp: 0.5 }, balance: 'gradient-norm' })],
  ])('is the same on both engines %s', async (_, loss) => {
    const program = lossProgram(loss, true);
    const [got, expected] = [await runOnce(onnx, program, at(0.2)), await runOnce(oracle, program, at(0.2))];
    for (const [name, tensor] of Object.entries(expected)) expectClose(name, got[name], tensor, 1e-4);
    expect(number(expected['guidanceWeight'])).toBeGreaterThan(0);
  });

  it('by the pixels, is the ratio of the gradients by the images', async () => {
    const terms = async (weight: number) => (await run(pixelLossOf({ weight })))['byImages']!.data;
    const [ce, both] = [await terms(0), await terms(1)];
    const norm = (values: Iterable<number>) => Math.hypot(...values);
    const ratio = norm(ce) / norm(Array.from(both, (value, i) => value - ce[i]!));
    const got = await run(pixelLossOf({ weight: 0.3, balance: 'gradient-norm' }), at(0));
    expect(number(got['guidanceWeight']) / (0.3 * ratio)).toBeCloseTo(1, 3);
  });

  it('is finite where nothing is guided, and plain where a loss is measured', async () => {
    const good = { ...at(0.5), labels: { ...lossCase['labels']!, data: Float32Array.of(1, 0, 1, 0, 1, 0) } };
    const loss = lossOf({ weight: 0.3, balance: 'gradient-norm' });
    const got = await run(loss, good);
    expect(number(got['loss'])).toBeCloseTo(number(got['ce']), 6);
    expect(number(got['guidanceWeight'])).toBe(0);
    expect([...got['byFilter']!.data].every(Number.isFinite)).toBe(true);
    expect(await run(loss)).toEqual(await run(lossOf({ weight: 0.3 })));
  });
});
