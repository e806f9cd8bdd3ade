import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Model, ModelFactory, PluginContext } from '@foveate/contracts';
import { onnxEngine } from '@foveate/engine-onnx';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { inferenceScope, initialise, viewOf } from '@foveate/tensor';
import { buildPlugin, checkModel } from '@foveate/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { areaPooling, customCnn } from './index.js';

beforeAll(() => tf.setBackend('cpu'));

const engines = [onnxEngine({ threads: 1 }), tfjsEngine()] as const;
afterAll(() => {
  for (const engine of engines) engine.dispose();
});

/** Features are the image halved; the head averages them: logits are the mean of each channel. */
const means: Model = {
  height: 4,
  width: 4,
  classes: 3,
  variables: [],
  features: (images) => tf.avgPool(images, 2, 2, 'valid'),
  head: (featureMap) => tf.mean(featureMap, [1, 2]),
};
const meansFactory: ModelFactory = { build: () => means };

const wrap = async (service: ModelFactory): Promise<ModelFactory> =>
  areaPooling.register({ model: { id: 'means', service }, weight: 1 }, {} as PluginContext);

describe('area-pooling', () => {
  it('averages features inside the area that it predicts, as computed by hand', async () => {
    const model = (await wrap(meansFactory)).build({ height: 4, width: 4, classes: 3 });
    expect(model.variables.map(({ name, shape }) => [name, shape])).toEqual([
      ['area/kernel', [1, 1, 3, 1]],
      ['area/bias', [1]],
    ]);
    // The area is where the first channel is bright: logits 100 (x - 0.5).
    const scope = inferenceScope({
      'area/kernel': tf.tensor4d([100, 0, 0], [1, 1, 3, 1]),
      'area/bias': tf.tensor1d([-50]),
    });
    const left = tf.tensor4d([1, 0.2, 0.4, 0, 0.9, 0.9, 1, 0.6, 0.4, 0, 0.9, 0.9], [1, 2, 2, 3]);
    const view = viewOf(model, model.features(tf.image.resizeNearestNeighbor(left, [4, 4]), scope), scope);
    [1, 0.4, 0.4].forEach((value, channel) => expect(view.logits.dataSync()[channel]).toBeCloseTo(value, 4));
    expect([...model.area!.logits(view.featureMap).dataSync()].map(Math.round)).toEqual([50, -50, 50, -50]);
    expect(view.featureMap.shape).toEqual([1, 2, 2, 4]);
  });

  it('stays finite where it predicts no area', async () => {
    const model = (await wrap(meansFactory)).build({ height: 4, width: 4, classes: 3 });
    const scope = inferenceScope({ 'area/kernel': tf.zeros([1, 1, 3, 1]), 'area/bias': tf.tensor1d([-200]) });
    const { logits } = viewOf(model, model.features(tf.ones([1, 4, 4, 3]), scope), scope);
    expect([...logits.dataSync()]).toEqual([0, 0, 0]);
  });

  it('learns the area from masks alone: the class has no gradient by it', async () => {
    const { service } = await inner();
    const model = (await wrap(service)).build({ height: 32, width: 32, classes: 2 });
    const state = Object.fromEntries(
      Object.entries(initialise(model.variables, 1)).map(([name, { data, shape }]) => [
        name,
        tf.tensor(data, [...shape]),
      ]),
    );
    const images = tf.randomUniform<tf.Rank.R4>([2, 32, 32, 3], 0, 1, 'float32', 1);
    const by = (of: (view: ReturnType<typeof viewOf>) => tf.Tensor) =>
      tf.grad((kernel) => {
        const scope = inferenceScope({ ...state, 'area/kernel': kernel });
        return tf.sum(of(viewOf(model, model.features(images, scope), scope)));
      })(state['area/kernel']!);
    const byClass = by(({ logits }) => tf.square(logits)).dataSync();
    const byArea = by(({ featureMap }) => tf.square(model.area!.logits(featureMap))).dataSync();
    expect(byClass.every((value) => value === 0)).toBe(true);
    expect(byArea.some((value) => value !== 0)).toBe(true);
  });

  it('puts its variables between stages and head, and its stage above those of the model', async () => {
    const { service } = await inner();
    const model = (await wrap(service)).build({ height: 32, width: 32, classes: 2 });
    const names = model.variables.map(({ name }) => name);
    expect(names.slice(-4)).toEqual(['area/kernel', 'area/bias', 'logits/kernel', 'logits/bias']);
    expect(model.stages?.flatMap(({ variables }) => variables)).toEqual(names.slice(0, -2));
  });

  it('starts from weights of the model that it wraps, which hold no area', async () => {
    const asked: string[] = [];
    const pretrained: ModelFactory['pretrained'] = (model) => {
      asked.push(...model.variables.map(({ name }) => name));
      return Promise.resolve({});
    };
    const { service } = await inner();
    const factory = await wrap({ build: (shape) => service.build(shape), pretrained });
    const model = factory.build({ height: 32, width: 32, classes: 2 });
    await factory.pretrained?.(model);
    expect(asked).toEqual(model.variables.map(({ name }) => name).filter((name) => !name.startsWith('area/')));
    expect((await wrap(meansFactory)).pretrained).toBeUndefined();
  });

  it('keeps the contract of models', async () => {
    const options = { model: { id: 'custom-cnn', channels: [4, 4, 6, 6] } };
    await expect(
      checkModel(areaPooling, { engines, options, size: [32, 32], plugins: [customCnn] }),
    ).resolves.toBeUndefined();
  });
});

async function inner() {
  return { service: await buildPlugin(customCnn, { channels: [4, 4, 6, 6] }) };
}
