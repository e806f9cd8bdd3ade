/** tfjs LayersModels, compiled as they are: inference, and training with the moving averages of batch norm. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import '@foveate/engine-tfjs';
import type { HostTensor, HostTensors } from '@foveate/contracts';
import { expectClose, normalTensor } from '@foveate/testkit';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { runners } from './testing/runners.js';

type T = tf.Tensor;

beforeAll(() => tf.setBackend('cpu'));

const runnerOf = runners(2);

const tensorOf = ({ data, shape }: HostTensor): T => tf.tensor(data, [...shape]);
const hostOf = (tensor: T): HostTensor => ({
  dtype: 'float32',
  shape: tensor.shape,
  data: tensor.dataSync() as Float32Array,
});

/** The values of a model, by position. */
const weightsOf = (model: tfl.LayersModel): HostTensor[] => model.getWeights().map(hostOf);

/** Sets the weights to fixed numbers: initialisers are random. */
function fix(model: tfl.LayersModel): tfl.LayersModel {
  model.setWeights(
    model.weights.map(({ shape, name }, i) => {
      const { data } = normalTensor(shape as number[], i, 'weight');
      const positive = /variance|gamma/.test(name);
      return tf.tensor(
        (data as Float32Array).map((value) => (positive ? 0.5 + Math.abs(value) : 0.3 * value)),
        shape as number[],
      );
    }),
  );
  return model;
}

function small(): tfl.LayersModel {
  const { layers } = tfl;
  return fix(
    tfl.sequential({
      layers: [
        layers.conv2d({ inputShape: [9, 8, 3], filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' }),
        layers.batchNormalization({ momentum: 0.9 }),
        layers.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: 'same', useBias: false }),
        layers.batchNormalization({ momentum: 0.9 }),
        layers.leakyReLU({ alpha: 0.1 }),
        layers.separableConv2d({ filters: 6, kernelSize: 3, padding: 'same', activation: 'elu' }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.conv2dTranspose({ filters: 5, kernelSize: 3, strides: 2, padding: 'same', activation: 'sigmoid' }),
        layers.averagePooling2d({ poolSize: 2 }),
        layers.globalAveragePooling2d({}),
        layers.layerNormalization(),
        layers.dense({ units: 7, activation: 'tanh' }),
        layers.dense({ units: 3 }),
      ],
    }),
  );
}

const batch = (shape: number[], classes: number, seed: number): HostTensors => ({
  x: normalTensor(shape, seed, 'x'),
  y: {
    dtype: 'float32',
    shape: [shape[0]!, classes],
    data: Float32Array.from({ length: shape[0]! * classes }, (_, i) => Number(i % (classes + 1) === 0)),
  },
});

/** Cross-entropy of a model in training mode. */
const lossOf = (model: tfl.LayersModel, { x, y }: Record<string, T>): tf.Scalar =>
  tf.losses.softmaxCrossEntropy(y!, tf.reshape(model.apply(x!, { training: true }) as T, y!.shape)) as tf.Scalar;

/** Trains eagerly and compiled, from the same weights, and compares losses and all weights. */
async function checkTraining(make: () => Promise<tfl.LayersModel>, batches: HostTensors[], tolerance: number) {
  const eager = await make();
  const optimizer = tf.train.momentum(0.05, 0.9);
  const losses = batches.map((inputs) =>
    tf.tidy(() => {
      const tensors = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, tensorOf(value)]));
      return (optimizer.minimize(() => lossOf(eager, tensors), true) as tf.Scalar).dataSync()[0]!;
    }),
  );
  const expected = weightsOf(eager);
  optimizer.dispose();
  tf.disposeVariables();

  const model = await make();
  const other = tf.train.momentum(0.05, 0.9);
  const before = weightsOf(model);
  const runner = runnerOf((inputs) => ({ loss: other.minimize(() => lossOf(model, inputs), true) as tf.Scalar }));
  for (const [step, inputs] of batches.entries()) {
    const { loss } = await runner.run(inputs);
    expect(Math.abs((loss?.data[0] as number) / losses[step]! - 1)).toBeLessThan(tolerance);
  }
  expect(weightsOf(model)).toEqual(before);
  runner.writeVariables();
  weightsOf(model).forEach((weight, i) => {
    expectClose(model.weights[i]!.name, weight, expected[i]!, tolerance);
  });
  const averages = model.weights.flatMap(({ name }, i) => (name.includes('moving') ? [i] : []));
  expect(averages.length).toBeGreaterThan(0);
  averages.forEach((i) => {
    expect(expected[i]).not.toEqual(before[i]);
  });
  return model;
}

describe('a small LayersModel', () => {
  it('predicts the same', async () => {
    const model = small();
    const x = normalTensor([5, 9, 8, 3], 1, 'x');
    const expected = hostOf(model.predict(tensorOf(x)) as T);
    const predict = runnerOf(({ x: images }) => ({ y: model.predict(images!, { batchSize: 2 }) as T }));
    expectClose('predict', (await predict.run({ x }))['y'], expected, 1e-5);
    const apply = runnerOf(({ x: images }) => ({ y: model.apply(images!) as T }));
    expectClose('apply', (await apply.run({ x }))['y'], expected, 1e-5);
  });

  it('trains the same, batch norm included', async () => {
    const batches = [1, 2, 3, 4].map((seed) => batch([6, 9, 8, 3], 3, seed)).concat(batch([3, 9, 8, 3], 3, 5));
    await checkTraining(() => Promise.resolve(small()), batches, 1e-3);
  });

  it('asks for models that are built', () => {
    const layer = tfl.layers.dense({ units: 2 });
    const runner = runnerOf(({ x }) => ({ y: layer.apply(x!) as T }));
    return expect(runner.run({ x: normalTensor([1, 2], 1, 'x') })).rejects.toThrow(
      'build the weights of a model before',
    );
  });
});

const folder = new URL('../../../../shared/weights/tfjs-mobilenet-v1-0.75-224/', import.meta.url).pathname;
const present = existsSync(folder);
if (!present) process.stderr.write(`skipped: MobileNetV1 as a LayersModel, there is no ${folder}\n`);

/** The model for images of another size. */
async function mobileNet(size: number): Promise<tfl.LayersModel> {
  const { modelTopology, weightsManifest } = JSON.parse(
    readFileSync(join(folder, 'model.json'), 'utf8').replace('[null,224,224,3]', `[null,${size},${size},3]`),
  ) as { modelTopology: object; weightsManifest: { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[] };
  const bytes = Buffer.concat(
    weightsManifest.flatMap(({ paths }) => paths.map((path) => readFileSync(join(folder, path)))),
  );
  const model = await tfl.loadLayersModel({
    load: () =>
      Promise.resolve({
        modelTopology,
        weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
        weightData: Uint8Array.from(bytes).buffer,
      }),
  });
  // Dropout draws random numbers, which a graph cannot.
  model.layers.forEach((layer) => {
    if (layer.getClassName() === 'Dropout') (layer as unknown as { rate: number }).rate = 0;
  });
  return model;
}

(present ? describe : describe.skip)('MobileNetV1 0.75', () => {
  it('predicts the same', async () => {
    const model = await mobileNet(96);
    const x = normalTensor([1, 96, 96, 3], 1, 'x');
    const expected = hostOf(model.predict(tensorOf(x)) as T);
    const runner = runnerOf(({ x: images }) => ({ y: model.predict(images!) as T }));
    expectClose('predict', (await runner.run({ x }))['y'], expected, 1e-4);
  });

  it('trains, batch norm included', async () => {
    const model = await mobileNet(64);
    const inputs = batch([2, 64, 64, 3], 1000, 1);
    const tensors = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, tensorOf(value)]));
    const optimizer = tf.train.adam(1e-4);
    const averages = (): HostTensor[] =>
      model.weights.flatMap((weight) => (weight.name.includes('moving') ? [hostOf(weight.read())] : []));
    const before = averages();
    const runner = runnerOf((named) => ({ loss: optimizer.minimize(() => lossOf(model, named), true) as tf.Scalar }));
    const losses: number[] = [];
    for (let step = 0; step < 6; step++) losses.push((await runner.run(inputs))['loss']?.data[0] as number);
    expect(averages()).toEqual(before);
    expect(losses[5]).toBeLessThan(losses[0]!);
    runner.writeVariables();
    averages().forEach((average, i) => {
      expect(average).not.toEqual(before[i]);
    });
    // One forward pass of the JavaScript backend; its backward passes would take minutes.
    const eager = lossOf(model, tensors).dataSync()[0]!;
    runner.readVariables();
    const { loss } = await runner.run(inputs);
    expect(Math.abs((loss?.data[0] as number) / eager - 1)).toBeLessThan(1e-3);
  });
});
