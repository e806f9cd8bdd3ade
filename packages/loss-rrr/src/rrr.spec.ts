/** The input gradient outside the area: closed form, finite differences of finite differences, both engines. */
import { afterAll, describe, expect, it } from '@jest/globals';
import type { HostTensor, HostTensors, LossInputs, ModelView } from '@foveate/contracts';
import { onnxEngine } from '@foveate/engine-onnx';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { buildPlugin, checkLoss, expectClose, lossCase, lossProgram, normalTensor, runOnce } from '@foveate/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { gradientOutside, rrr, type Explained } from './index.js';

const onnx = onnxEngine({ threads: 2 });
const oracle = tfjsEngine();
afterAll(() => {
  onnx.dispose();
  oracle.dispose();
});

const numbers = (tensor: HostTensor | undefined): number[] => [...(tensor?.data ?? [])];
const program = async (options: object) => lossProgram(await buildPlugin(rrr, options), true);
const run = async (options: object, inputs: HostTensors = lossCase) => runOnce(oracle, await program(options), inputs);

const [n, side] = [2, 6];
const pixels = side * side;

/** Logits that are linear in the pixels: images times `kernel` [pixels * 3, 2]. */
function linearView(images: tf.Tensor4D, kernel: tf.Tensor2D): ModelView {
  const logits = tf.matMul(tf.reshape(images, [n, -1]) as tf.Tensor2D, kernel);
  return { images, logits, forward: (others) => linearView(others, kernel) } as ModelView;
}

describe('gradientOutside', () => {
  const images = normalTensor([n, side, side, 3], 1, 'images');
  const kernel = normalTensor([pixels * 3, 2], 1, 'kernel');
  /** Inside: the left third. */
  const aoi: HostTensor = {
    dtype: 'float32',
    shape: [n, side, side],
    data: Float32Array.from({ length: n * pixels }, (_, i) => Number(i % side < 2)),
  };
  /** Sum over outside pixels and colours of the squares of a linear margin's gradient. */
  const squares = Array.from({ length: pixels * 3 }, (_, i) =>
    Math.floor(i / 3) % side < 2 ? 0 : (kernel.data[2 * i + 1]! - kernel.data[2 * i]!) ** 2,
  ).reduce((sum, square) => sum + square, 0);

  const outside = async (of: Explained) => {
    const { value, margins } = await runOnce(
      oracle,
      (inputs) => {
        const view = linearView(inputs['images'] as tf.Tensor4D, inputs['kernel'] as tf.Tensor2D);
        const value = gradientOutside({ ...view, aoi: inputs['aoi'] as tf.Tensor3D } as LossInputs, of);
        return { outputs: { value, margins: tf.matMul(view.logits, tf.tensor2d([[-1], [1]])) } };
      },
      { images, kernel, aoi },
    );
    return { value: numbers(value), margins: numbers(margins) };
  };

  it('is the squared slope of a linear margin, whatever the image', async () => {
    for (const value of (await outside('margin')).value) expect(value / (1e-6 * pixels * squares)).toBeCloseTo(1, 4);
  });

  it('is that of the log-probabilities: the slope times 1 - 2 p', async () => {
    const { value, margins } = await outside('log-probabilities');
    margins.forEach((margin, i) => {
      const slope = 1 - 2 / (1 + Math.exp(-margin));
      expect(value[i]! / (1e-6 * pixels * squares * slope ** 2)).toBeCloseTo(1, 3);
    });
  });

  it('does not depend on the size of the images', async () => {
    // The same margin of the same picture, drawn with 1 and with 3 pixels a cell: every pixel counts a ninth.
    const at = async (zoom: number) => {
      const big = side * zoom;
      const { value } = await runOnce(
        oracle,
        ({ x, w, m }) => {
          const enlarged = (of: tf.Tensor) => tf.image.resizeNearestNeighbor(of as tf.Tensor4D, [big, big]);
          const weights = tf.div(enlarged(w!), zoom * zoom);
          const view = (of: tf.Tensor4D): ModelView => {
            const logit = tf.sum(tf.mul(of, weights), [1, 2, 3]);
            return { images: of, logits: tf.stack([tf.zerosLike(logit), logit], 1), forward: view } as ModelView;
          };
          const mask = tf.squeeze<tf.Tensor3D>(enlarged(tf.expandDims(m!, 3)), [3]);
          return {
            outputs: { value: gradientOutside({ ...view(enlarged(x!)), aoi: mask } as LossInputs, 'margin') },
          };
        },
        { x: images, w: normalTensor([1, side, side, 3], 2, 'weights'), m: aoi },
      );
      return numbers(value);
    };
    const [small, large] = [await at(1), await at(3)];
    small.forEach((value, i) => expect(large[i]! / value).toBeCloseTo(1, 4));
  });
});

describe.each(['log-probabilities', 'margin'])('rrr of the %s', (of) => {
  it('keeps the contract of losses', async () => {
    const setting = { engines: [onnx, oracle], options: { of, weight: 1000 } } as const;
    await expect(checkLoss(rrr, setting)).resolves.toBeUndefined();
  });

  it('has the same gradient on both engines, by the images too', async () => {
    const [got, expected] = [
      await runOnce(onnx, await program({ of, weight: 1000 }), lossCase),
      await runOnce(oracle, await program({ of, weight: 1000 }), lossCase),
    ];
    for (const [name, tensor] of Object.entries(expected)) expectClose(name, got[name], tensor, 1e-4);
    expect(numbers(expected['gradientOutside'])[0]).toBeGreaterThan(1e-7);
  });

  it('asks nothing where there is no outside, and is finite where there is no inside or no slope', async () => {
    const filled = (name: string, value: number) => {
      const tensor = lossCase[name] as HostTensor;
      return { ...lossCase, [name]: { ...tensor, data: new Float32Array(tensor.data.length).fill(value) } };
    };
    expect(numbers((await run({ of }, filled('aoi', 1)))['gradientOutside'])).toEqual([0]);
    const flat = await run({ of }, filled('filter', 0));
    expect(numbers(flat['gradientOutside'])).toEqual([0]);
    for (const outputs of [flat, await run({ of }, filled('aoi', 0))])
      expect(Object.values(outputs).flatMap(numbers).every(Number.isFinite)).toBe(true);
  });
});

describe('rrr', () => {
  it('is cross-entropy when the weight is 0', async () => {
    const plain = await run({ weight: 0 });
    expect(numbers(plain['loss'])[0]).toBeCloseTo(numbers(plain['ce'])[0]!, 6);
  });

  it.each([{ weight: -1 }, { of: 'logits' }, { images: 'all' }])('refuses %j', async (options) => {
    expect((await rrr.options['~standard'].validate(options)).issues).toHaveLength(1);
  });
});
