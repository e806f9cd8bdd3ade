import { afterAll, describe, expect, it } from '@jest/globals';
import { definePlugin, type AnyPlugin, type SegmentationModel } from '@foveate/contracts';
import { onnxEngine } from '@foveate/engine-onnx';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { inferenceScope, initialise, pickPrefix, withPrefix } from '@foveate/tensor';
import { buildPlugin, checkParity, normalTensor, runOnce } from '@foveate/testkit';
import type * as tf from '@tensorflow/tfjs-core';
import { customCnn, mobileNetV3Small, resNet18, unet, unetSegmenter } from './index.js';

const engines = [onnxEngine({ threads: 1 }), tfjsEngine()] as const;
afterAll(() => engines.forEach((engine) => engine.dispose()));

const plugins = [customCnn, mobileNetV3Small, resNet18, unet];
const built = async (options: object, size: readonly [number, number], areas = 2) =>
  (await buildPlugin(unetSegmenter, options, { plugins })).build({ height: size[0], width: size[1], areas });

async function logitsOf(model: SegmentationModel, count = 1) {
  const images = normalTensor([count, model.height, model.width, 3], 1, 'images');
  const { logits } = await runOnce(
    engines[0],
    (inputs) => ({
      outputs: { logits: model.logits(inputs['images'] as tf.Tensor4D, inferenceScope(pickPrefix('model', inputs))) },
    }),
    { images, ...withPrefix('model', initialise(model.variables, 1)) },
  );
  return logits!;
}

describe('the segmenter unet', () => {
  it.each([
    [{ width: 2, depth: 2, stride: 1 }],
    [{ width: 2, depth: 3, stride: 2 }],
    [{ width: 2, depth: 3, stride: 4 }],
    [{ width: 2, depth: 3, upsampling: 'bilinear' }],
    [{ width: 2, encoder: { id: 'custom-cnn', channels: [2, 2, 3, 3] } }],
    [{ width: 2, encoder: { id: 'resnet-18', width: 0.0625 } }],
  ])('%j gives a logit for each pixel and area, of odd sizes too', async (options) => {
    for (const size of [
      [32, 48],
      [37, 35],
    ] as const) {
      const { shape, data } = await logitsOf(await built(options, size), 2);
      expect(shape).toEqual([2, ...size, 2]);
      expect(data.every(Number.isFinite)).toBe(true);
    }
  });

  it('doubles the channels of each level', async () => {
    const { variables } = await built({ width: 3, depth: 3 }, [16, 16]);
    const shapeOf = (name: string) => variables.find((variable) => variable.name === name)?.shape;
    expect(shapeOf('encoder3/second/conv/kernel')).toEqual([3, 3, 12, 12]);
    expect(shapeOf('decoder1/first/conv/kernel')).toEqual([3, 3, 6, 3]);
    expect(new Set(variables.map(({ name }) => name)).size).toBe(variables.length);
  });

  it('has the gradients of the oracle', async () => {
    const model = await built({ width: 2, depth: 2 }, [9, 8], 1);
    const values = initialise(model.variables, 1);
    const names = Object.keys(values);
    const logits = (images: tf.Tensor4D, ...weights: tf.Tensor[]) =>
      model.logits(images, inferenceScope(Object.fromEntries(names.map((name, i) => [name, weights[i]!]))));
    await expect(
      checkParity(engines, [[2, 9, 8, 3], ...names.map((name) => values[name]!)], logits, { tolerance: 1e-3 }),
    ).resolves.toBeUndefined();
  });

  it('takes skips from every size that the stages of a classifier have', async () => {
    const { variables, noise } = await built({ width: 2, encoder: 'mobilenet-v3-small' }, [64, 64]);
    const kernels = variables.filter(({ name }) => /^(decoder.|areas).*kernel$/.test(name));
    // Halved five times: four steps up to the first map, and one to the image.
    expect(kernels.filter(({ name }) => name.includes('/up/'))).toHaveLength(4);
    expect(kernels.at(-1)).toMatchObject({ name: 'areas/kernel', shape: [2, 2, 2, 2] });
    expect(variables.some(({ name }) => name.startsWith('stem/'))).toBe(true);
    expect(noise).toBeDefined();
  });

  it('takes the values of its encoder from the classifier, and leaves out those of its head', async () => {
    const weighted = definePlugin({
      ...customCnn,
      register: async (options, context) => ({
        ...(await customCnn.register(options as never, context)),
        pretrained: (model) => Promise.resolve(initialise(model.variables, 3)),
      }),
    });
    const factory = await buildPlugin(unetSegmenter, { encoder: 'custom-cnn' }, { plugins: [weighted as AnyPlugin] });
    const model = factory.build({ height: 32, width: 32, areas: 1 });
    const values = await factory.pretrained!(model);
    expect(values['block1/conv/kernel']).toEqual(initialise(model.variables, 3)['block1/conv/kernel']);
    expect(Object.keys(values).some((name) => name.startsWith('logits/'))).toBe(false);
    expect((await buildPlugin(unetSegmenter)).pretrained).toBeUndefined();
  });

  it('refuses a classifier without stages', async () => {
    await expect(built({ encoder: 'unet' }, [16, 16])).rejects.toThrow('does not give the feature maps');
  });
});
