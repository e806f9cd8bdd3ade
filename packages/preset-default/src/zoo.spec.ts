/** Every model that comes with Foveate, small: what it must do to be trained, kept and explained. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type {
  HostTensors,
  Model,
  ModelFactory,
  NamedTensors,
  Plugin,
  Program,
  VariableScope,
} from '@foveate/contracts';
import { onnxEngine } from '@foveate/engine-onnx';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { gradCam } from '@foveate/explain';
import { describeModel } from '@foveate/stages';
import { decodeSafetensors, encodeSafetensors, inferenceScope, initialise, modelView } from '@foveate/tensor';
import { buildPlugin, checkModel, normalTensor } from '@foveate/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { defaultPlugins } from './index.js';

const size = 32;
const classes = 3;

/** Options that make a model small, and the reduction of its feature map. */
const tiny: Readonly<Record<string, { readonly options: object; readonly reduction: number }>> = {
  'custom-cnn': { options: { channels: [4, 4, 6, 6] }, reduction: 4 },
  'efficientnet-b0': { options: { width: 0.1, depth: 0.4 }, reduction: 32 },
  'efficientnet-b1': { options: { width: 0.1, depth: 0.1, padding: 'same' }, reduction: 32 },
  'efficientnet-b2': { options: { width: 0.1, depth: 0.1 }, reduction: 32 },
  'efficientnet-b3': { options: { width: 0.1, depth: 0.1 }, reduction: 32 },
  'mobilenet-v2': { options: { width: 0.1 }, reduction: 32 },
  'mobilenet-v3-small': { options: { width: 0.1 }, reduction: 32 },
  'resnet-18': { options: { width: 1 / 16, dropout: 0.2 }, reduction: 32 },
  unet: { options: { channels: [4, 6, 8] }, reduction: 1 },
};

// These have no model of their own; layers.spec.ts and area-pooling.spec.ts test them.
const wrappers = ['layers', 'area-pooling'];
const plugins = defaultPlugins.filter(
  (plugin): plugin is Plugin<'model'> => plugin.meta.kind === 'model' && !wrappers.includes(plugin.meta.id),
);

const onnx = onnxEngine({ threads: 2 });
const oracle = tfjsEngine();
afterAll(() => {
  onnx.dispose();
  oracle.dispose();
});

const count = 4;
const images = (() => {
  const { data, ...rest } = normalTensor([count, size, size, 3], 1, 'images');
  return { ...rest, data: (data as Float32Array).map((value) => 0.5 + 0.2 * Math.tanh(value)) };
})();

/** Random numbers that drop nothing. */
const noNoise = (model: Model): HostTensors =>
  Object.fromEntries(
    Object.entries(model.noise ?? {}).map(([name, width]) => [
      `noise/${name}`,
      { dtype: 'float32' as const, shape: [count, width], data: new Float32Array(count * width).fill(0.999) },
    ]),
  );

/** Values of a model that was trained for a while: batch norm statistics that are not those of the start. */
function values(model: Model): HostTensors {
  return Object.fromEntries(
    Object.entries(initialise(model.variables, 1)).map(([name, tensor]) => {
      const { data } = normalTensor(tensor.shape, 2, name);
      if (/mean$|beta$|bias$/.test(name))
        return [name, { ...tensor, data: (data as Float32Array).map((x) => 0.1 * x) }];
      if (/variance$|gamma$/.test(name))
        return [name, { ...tensor, data: (data as Float32Array).map((x) => 1 + 0.3 * Math.tanh(x)) }];
      return [name, tensor];
    }),
  );
}

function trainingScope(
  variables: NamedTensors,
  inputs: NamedTensors,
  frozen: (name: string) => boolean,
  updated: (name: string, value: tf.Tensor) => void,
): VariableScope {
  return {
    ...inferenceScope(variables),
    training: true,
    frozen,
    update: updated,
    noise: (name) => inputs[`noise/${name}`] as tf.Tensor2D,
  };
}

const inference =
  (model: Model): Program =>
  ({ images: x }, state) => {
    const scope = inferenceScope(state);
    const featureMap = model.features(x as tf.Tensor4D, scope);
    return { outputs: { featureMap, logits: model.head(featureMap, scope) } };
  };

it('covers every model', () => {
  expect(Object.keys(tiny).sort()).toEqual(plugins.map(({ meta }) => meta.id).sort());
});

describe.each(plugins.map((plugin) => [plugin.meta.id, plugin] as const))('%s', (id, plugin) => {
  const { options, reduction } = tiny[id]!;
  let model: Model;
  let factory: ModelFactory;
  let plain: HostTensors;

  beforeAll(async () => {
    factory = await buildPlugin(plugin, options);
    model = factory.build({ height: size, width: size, classes });
    plain = await run(inference(model), values(model));
  });

  async function run(program: Program, state: HostTensors, engine = onnx, inputs: HostTensors = {}) {
    const held = engine.createState(state);
    const compiled = engine.compile(program, held);
    try {
      return await compiled.run({ images, ...inputs });
    } finally {
      compiled.dispose();
      held.dispose();
    }
  }

  it('gives logits and a feature map that can be explained', () => {
    expect(plain['logits']?.shape).toEqual([count, classes]);
    const [n, height, width, maps] = plain['featureMap']?.shape ?? [];
    expect([n, height, width]).toEqual([count, size / reduction, size / reduction]);
    expect(describeModel(model).featureMap).toEqual([height, width, maps]);
    expect([...plain['logits']!.data].every(Number.isFinite)).toBe(true);
  });

  it('keeps the contract of models', async () => {
    await expect(checkModel(plugin, { engines: [onnx, oracle], options, size: [size, size] })).resolves.toBeUndefined();
  });

  it('takes images of odd and unequal sides', async () => {
    const odd = factory.build({ height: 37, width: 51, classes });
    const inputs = { images: normalTensor([1, 37, 51, 3], 3, 'odd') };
    expect((await run(inference(odd), values(odd), onnx, inputs))['logits']?.shape).toEqual([1, classes]);
  });

  it('names each variable once, and stages read all of them but those of the head', () => {
    const names = model.variables.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/\/(kernel|depthwise|bias|gamma|beta|mean|variance)$/);
    if (model.stages === undefined) return;
    const staged = model.stages.flatMap(({ variables }) => variables);
    expect(names.slice(0, staged.length)).toEqual(staged);
    expect(names.slice(staged.length).every((name) => /^(logits|hidden)\//.test(name))).toBe(true);
  });

  it('gives every variable a gradient, also through its explanation', async () => {
    const explainer = await buildPlugin(gradCam, { alpha: 'exact' });
    const trainable = model.variables.filter((variable) => variable.trainable).map(({ name }) => name);
    const program: Program = ({ images: x, ...inputs }, state) => {
      const loss = (...tensors: tf.Tensor[]): tf.Scalar => {
        const variables = Object.fromEntries(trainable.map((name, index) => [name, tensors[index] as tf.Tensor]));
        const scope = trainingScope(
          { ...state, ...variables },
          inputs,
          () => false,
          () => undefined,
        );
        const target = tf.cast(tf.oneHot(tf.tensor1d([0, 1, 2, 1], 'int32'), classes), 'float32') as tf.Tensor2D;
        const view = modelView(model, x as tf.Tensor4D, scope);
        const heat = explainer.heatmap(view, target);
        return tf.sub(tf.mean(heat), tf.mean(tf.sum(tf.mul(tf.logSoftmax(view.logits), target), 1)));
      };
      const gradients = tf.grads(loss)(trainable.map((name) => state[name] as tf.Tensor));
      return { outputs: Object.fromEntries(trainable.map((name, index) => [name, gradients[index] as tf.Tensor])) };
    };
    const gradients = await run(program, values(model), onnx, noNoise(model));
    expect(trainable.filter((name) => !gradients[name]!.data.some((value) => value !== 0))).toEqual([]);
    expect(Object.values(gradients).every(({ data }) => data.every((value) => Number.isFinite(value)))).toBe(true);
  });

  it('is the same model after its variables were saved and loaded', async () => {
    const { tensors } = decodeSafetensors(encodeSafetensors(values(model)), 'memory');
    expect(await run(inference(model), tensors)).toEqual(plain);
  });
});

describe('multiply-adds', () => {
  it.each([
    // What torchvision 0.14 lists as GFLOPS at 224 x 224; the custom CNN from the paper, which counts two for each.
    ['efficientnet-b0', 0.386],
    ['mobilenet-v2', 0.301],
    ['mobilenet-v3-small', 0.057],
    ['resnet-18', 1.814],
    ['custom-cnn', 1.315 / 2],
  ])('of %s are the published ones', async (id, published) => {
    const plugin = plugins.find(({ meta }) => meta.id === id)!;
    const model = (await buildPlugin(plugin)).build({ height: 224, width: 224, classes: 1000 });
    expect(describeModel(model).multiplyAdds / 1e9).toBeCloseTo(published, 3);
  });
});
