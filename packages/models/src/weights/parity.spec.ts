/** The models and their imports against the libraries the weights come from. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { HostTensor, HostTensors, Model, ModelStage, Plugin, Program, VariableScope } from '@foveate/contracts';
import { loadTfjsEngine } from '@foveate/engine-tfjs';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { efficientNetB0, efficientNetB2, mobileNetV2, mobileNetV3Small, resNet18 } from '../index.js';
import { buildModel } from '../testing/build.js';
import { importWeights } from './import-weights.js';
import { namesOf, type WeightNaming } from './naming.js';
import { efficientNetNames } from './names/efficientnet.js';
import { mobileNetV2Names } from './names/mobilenet-v2.js';
import { mobileNetV3SmallNames } from './names/mobilenet-v3-small.js';
import { resNet18Names } from './names/resnet-18.js';
import { readWeights } from './read-weights.js';
import type { WeightsEntry } from './weights-file.js';

beforeAll(() => tf.setBackend('cpu'));

/**
 * offset + scale * numbers in [-0.5, 0.5) that any language computes alike: fract(43758.5453 sin(12.9898 i + sum of the
 * codes of the name)) - 0.5, i from 1.
 */
function noise(count: number, name: string, scale = 1, offset = 0): Float32Array {
  // Jest looks globals up anew at each use, which takes longer than the sine.
  const { sin, floor } = Math;
  let start = 0;
  for (const letter of name) start += letter.charCodeAt(0);
  const result = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const value = sin(12.9898 * (i + 1) + start) * 43758.5453;
    result[i] = offset + scale * (value - floor(value) - 0.5);
  }
  return result;
}

/** A file as the library would write it: each tensor noise of its name, kernels of variance 2 / fan in. */
function noiseFile(model: Model, naming: WeightNaming): WeightsEntry[] {
  return model.variables.map(({ name, shape: ours }) => {
    const leaf = name.slice(name.lastIndexOf('/') + 1);
    const theirs = namesOf(name, naming)[0] ?? '';
    const count = ours.reduce((product, size) => product * size, 1);
    const isKernel = leaf === 'kernel' || leaf === 'depthwise';
    const fanIn = leaf === 'depthwise' ? (ours[0] ?? 0) * (ours[1] ?? 0) : count / (ours.at(-1) ?? 1);
    const scale = isKernel ? Math.sqrt(24 / fanIn) : 0.5;
    const offset = leaf === 'gamma' || leaf === 'variance' ? 1 : 0;
    const [h = 0, w = 0, input = 0, output = 0] = ours;
    const oihw =
      leaf === 'depthwise' ? [input, 1, h, w] : ours.length === 4 ? [output, input, h, w] : [...ours].reverse();
    const shape = naming.convention.layout === 'oihw' && isKernel ? oihw : ours;
    const data = noise(count, theirs, scale, offset);
    return { name: theirs, shape, stored: 'float32', tensor: { dtype: 'float32', shape, data } };
  });
}

function scopeOf(get: VariableScope['get']): VariableScope {
  const none = () => {
    throw new Error('inference draws no random numbers');
  };
  return { training: false, get, update: () => undefined, frozen: () => false, noise: none };
}

/** Reads values that lie in memory. */
const valuesOf = (values: HostTensors) =>
  scopeOf((name) => {
    const { data, shape } = values[name] as HostTensor;
    return tf.tensor(data, [...shape]);
  });

// Computed in PyTorch 1.13 with torchvision 0.14 and timm 1.0.29 (float64), and in Keras 3.15. The noise depends on the names,
// so that these are theirs too.
const logits: readonly (readonly [id: string, unknown, scheme: string, readonly WeightNaming[], readonly number[]])[] =
  [
    ['efficientnet-b0', efficientNetB0, 'torchvision', efficientNetNames, [-0.12188, -0.38856, -0.33172]],
    ['efficientnet-b2', efficientNetB2, 'torchvision', efficientNetNames, [-0.80047, -1.06059, -0.45934]],
    ['mobilenet-v2', mobileNetV2, 'torchvision', mobileNetV2Names, [-3.35032, -2.73342, -0.07023]],
    ['mobilenet-v3-small', mobileNetV3Small, 'torchvision', mobileNetV3SmallNames, [-0.49779, 0.40314, -1.06376]],
    ['resnet-18', resNet18, 'torchvision', resNet18Names, [-10.67693, -24.75889, 3.62924]],
    ['efficientnet-b0', efficientNetB0, 'timm', efficientNetNames, [0.31767, 0.29838, 0.13755]],
    ['mobilenet-v2', mobileNetV2, 'timm', mobileNetV2Names, [0.38222, 2.56042, -0.62965]],
    ['mobilenet-v3-small', mobileNetV3Small, 'timm', mobileNetV3SmallNames, [0.20929, 0.40057, 0.40927]],
    ['efficientnet-b0', efficientNetB0, 'keras', efficientNetNames, [-0.67317, 0.98073, 0.13835]],
    ['mobilenet-v2', mobileNetV2, 'keras', mobileNetV2Names, [0.31969, 0.36937, 5.29456]],
    ['mobilenet-v3-small', mobileNetV3Small, 'keras', mobileNetV3SmallNames, [0.34187, -0.30844, -0.16435]],
  ];

describe('logits', () => {
  it.each(logits)(
    'of %s are those its origin computes from the same weights (%#)',
    async (...[, plugin, scheme, namings, expected]) => {
      const size = 40;
      const naming = namings.find((candidate) => candidate.scheme === scheme) as WeightNaming;
      const options = naming.padding === 'same' ? { padding: 'same' } : {};
      const model = await buildModel(plugin as Plugin<'model'>, options, { size, classes: 3 });
      const file = { path: 'noise', format: 'npy-folder' as const, entries: noiseFile(model, naming), metadata: {} };
      const scope = valuesOf(importWeights(model, file, { namings, head: 'load' }).tensors);
      const pixels = noise(size * size * 3, 'image', 1, 0.5);
      const result = tf.tidy(() =>
        model.head(model.features(tf.tensor4d(pixels, [1, size, size, 3]), scope), scope).dataSync(),
      );
      for (const [index, value] of expected.entries()) {
        expect(Math.abs((result[index] ?? Number.NaN) - value)).toBeLessThan(1e-4 * Math.max(1, Math.abs(value) / 10));
      }
    },
  );
});

/** One stage of `…expected.json`. */
interface ExpectedStage {
  readonly stage: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly 'values[1,:6,H//2,H//3]': readonly number[];
  readonly 'values[0,:6,0,H-1]': readonly number[];
}

const shared = fileURLToPath(new URL('../../../../../shared/weights/', import.meta.url));
const whereShared = existsSync(shared) ? it : it.skip;

/** What `…expected.json` has of the output [2, h, w, c] of a stage: means, standard deviations, twelve values. */
function summary(x: tf.Tensor4D): tf.Tensor {
  const [, height] = x.shape;
  const { mean, variance } = tf.moments(x, [1, 2, 3]);
  const six = (sample: number, row: number, column: number) =>
    tf.reshape(tf.slice(x, [sample, row, column, 0], [1, 1, 1, 6]), [6]);
  const inner = six(1, Math.floor(height / 2), Math.floor(height / 3));
  return tf.concat([tf.reshape(mean, [2]), tf.reshape(tf.sqrt(variance), [2]), inner, six(0, 0, height - 1)]);
}

function expectClose(got: ArrayLike<number>, expected: readonly number[]): void {
  expect(got).toHaveLength(expected.length);
  for (const [index, value] of expected.entries())
    expect(Math.abs((got[index] ?? Number.NaN) - value)).toBeLessThan(1e-4);
}

describe('shared weights (skipped where ../shared/weights is not there)', () => {
  whereShared(
    'of EfficientNet-B0 give what torchvision computes from them, stage by stage',
    async () => {
      const json = readFileSync(`${shared}efficientnet-b0-torchvision-random.expected.json`, 'utf8');
      const expected = JSON.parse(json) as Record<string, unknown>;
      const [, stages] = Object.entries(expected).find(([key]) => key.startsWith('stages')) as [
        string,
        ExpectedStage[],
      ];
      const model = await buildModel(efficientNetB0 as Plugin<'model'>, {}, { size: 224, classes: 10 });
      const file = await readWeights(`${shared}efficientnet-b0-torchvision-random.safetensors`);
      const { tensors } = importWeights(model, file, { namings: efficientNetNames, head: 'load' });
      const program: Program = (inputs, state) => {
        const scope = scopeOf((name) => state[name] as tf.Tensor);
        // The formula gives what the first layer sees; the model normalises, so that is taken back before.
        const [mean, deviation] = [tf.tensor1d([0.485, 0.456, 0.406]), tf.tensor1d([0.229, 0.224, 0.225])];
        const images = tf.transpose(inputs['nchw'] as tf.Tensor4D, [0, 2, 3, 1]);
        let x: tf.Tensor4D = tf.add(tf.mul(images, deviation), mean);
        const outputs: Record<string, tf.Tensor> = {};
        for (const { apply, name } of model.stages as readonly ModelStage[]) {
          x = apply(x, scope);
          const [, number = name === 'stem' ? '0' : '8'] = /^stage(\d)/.exec(name) ?? [];
          outputs[number] = summary(x);
        }
        return { outputs: { ...outputs, logits: model.head(x, scope) } };
      };
      const { sin, cos } = Math;
      const data = new Float32Array(2 * 3 * 224 * 224).map(
        (_, i) => sin(0.001 * i) + cos(0.00037 * i) * (1 + sin(0.0000071 * i)),
      );
      expect(stages).toHaveLength(9);
      const engine = await loadTfjsEngine({ backend: 'wasm' });
      const compiled = engine.compile(program, engine.createState(tensors));
      const got = await compiled.run({ nchw: { dtype: 'float32', shape: [2, 3, 224, 224], data } });
      engine.dispose();
      for (const { stage, mean, std, ...values } of stages) {
        const [inner, corner] = [values['values[1,:6,H//2,H//3]'], values['values[0,:6,0,H-1]']];
        expectClose(got[stage]?.data ?? [], [...mean, ...std, ...inner, ...corner]);
      }
      expectClose(got['logits']?.data ?? [], (expected['logits'] as number[][]).flat());
    },
    120_000,
  );

  whereShared('of MobileNetV2 without head give all of its trunk', async () => {
    const options = { firstExpansion: true };
    const model = await buildModel(mobileNetV2 as Plugin<'model'>, options, { size: 32, classes: 2 });
    const file = await readWeights(`${shared}mobilenet-v2-1.0-imagenet-notop.safetensors`);
    const imported = importWeights(model, file, { namings: mobileNetV2Names, head: 'fresh' });
    expect(imported).toMatchObject({
      naming: { scheme: 'gluon' },
      fresh: ['logits/kernel', 'logits/bias'],
      leftOut: [],
    });
    const scope = valuesOf(imported.tensors);
    const pixels = noise(32 * 32 * 3, 'image', 1, 0.5);
    const features = tf.tidy(() => model.features(tf.tensor4d(pixels, [1, 32, 32, 3]), scope).dataSync());
    // ReLU6 of a trained network: some features fire, most do not.
    expect(Math.max(...features)).toBeGreaterThan(1);
    expect(Math.max(...features)).toBeLessThanOrEqual(6);
    expect(features.filter((value) => value === 0).length / features.length).toBeGreaterThan(0.3);
  });

  whereShared('of MobileNetV1 are 137 tensors with 2,601,976 values', async () => {
    const { format, entries } = await readWeights(`${shared}tfjs-mobilenet-v1-0.75-224`);
    expect({ format, count: entries.length }).toEqual({ format: 'tfjs-layers', count: 137 });
    expect(entries.reduce((sum, { tensor }) => sum + (tensor?.data.length ?? 0), 0)).toBe(2_601_976);
  });
});
