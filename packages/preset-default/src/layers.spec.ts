/** Models of TensorFlow.js from their folders. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { HostTensors, Model, PluginContext, VariableScope } from '@foveate/contracts';
import { onnxEngine } from '@foveate/engine-onnx';
import '@foveate/engine-tfjs';
import { layers } from '@foveate/models';
import { createRunner } from '@foveate/pipeline';
import { inferenceScope } from '@foveate/tensor';
import { expectClose, normalTensor } from '@foveate/testkit';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultConfig, defaultPlugins } from './index.js';

const root = mkdtempSync(join(tmpdir(), 'foveate-layers-'));
const onnx = onnxEngine({ threads: 2 });
beforeAll(() => tf.setBackend('cpu'));
afterAll(() => {
  onnx.dispose();
  rmSync(root, { recursive: true });
});

const classes = 4;
const batch = 3;

/** A residual block, squeeze-and-excitation, batch norm without scale, a softmax that a reshape follows. */
function residual(): tfl.LayersModel {
  const { layers: l } = tfl;
  const input = tfl.input({ shape: [12, 10, 3], name: 'image' });
  const as = (tensor: unknown) => tensor as tfl.SymbolicTensor;
  const stem = as(l.conv2d({ filters: 6, kernelSize: 3, strides: 2, padding: 'same', name: 'stem' }).apply(input));
  const norm = as(l.batchNormalization({ name: 'stem_bn' }).apply(stem));
  const start = as(l.reLU({ maxValue: 6, name: 'start' }).apply(norm));
  const deep = as(l.depthwiseConv2d({ kernelSize: 3, padding: 'same', useBias: false, name: 'deep' }).apply(start));
  const plain = as(l.batchNormalization({ scale: false, name: 'deep_bn' }).apply(deep));
  const mean = as(l.globalAveragePooling2d({ name: 'mean' }).apply(plain));
  const gate = as(l.dense({ units: 6, activation: 'sigmoid', name: 'gate' }).apply(mean));
  const gated = as(
    l.multiply({ name: 'gated' }).apply([plain, as(l.reshape({ targetShape: [1, 1, 6], name: 'wide' }).apply(gate))]),
  );
  const sum = as(l.add({ name: 'sum' }).apply([start, gated]));
  const last = as(l.activation({ activation: 'relu', name: 'last' }).apply(sum));
  const pooled = as(l.globalAveragePooling2d({ name: 'pool' }).apply(last));
  const column = as(
    l.reshape({ targetShape: [1, 1, 6], name: 'column' }).apply(as(l.dropout({ rate: 0.5 }).apply(pooled))),
  );
  const scores = as(l.conv2d({ filters: classes, kernelSize: 1, name: 'scores' }).apply(column));
  const soft = as(l.activation({ activation: 'softmax', name: 'soft' }).apply(scores));
  const flat = as(l.reshape({ targetShape: [classes], name: 'flat' }).apply(soft));
  return tfl.model({ inputs: input, outputs: flat });
}

/** Fixed values: initialisers are random. */
function fixed(model: tfl.LayersModel): tfl.LayersModel {
  model.setWeights(
    model.weights.map(({ shape, name }) => {
      const { data } = normalTensor(shape as number[], 1, name.replace(/_\d+$/, ''));
      const positive = /variance|gamma/.test(name);
      return tf.tensor(
        (data as Float32Array).map((value) => (positive ? 0.5 + Math.abs(value) : 0.3 * value)),
        shape as number[],
      );
    }),
  );
  return model;
}

function store(
  name: string,
  document: object,
  weights: readonly (tf.io.WeightsManifestEntry & { data: Float32Array | Int32Array })[],
) {
  const folder = join(root, name);
  mkdirSync(folder);
  const specs = weights.map(({ name: weight, shape, dtype }) => ({ name: weight, shape, dtype }));
  writeFileSync(
    join(folder, 'model.json'),
    JSON.stringify({ ...document, weightsManifest: [{ paths: ['weights.bin'], weights: specs }] }),
  );
  writeFileSync(
    join(folder, 'weights.bin'),
    Buffer.concat(weights.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength))),
  );
  return folder;
}

function storeLayers(name: string, model: tfl.LayersModel): string {
  const weights = model.weights.map((weight) => ({
    name: weight.originalName,
    shape: weight.shape as number[],
    dtype: 'float32' as const,
    data: weight.read().dataSync() as Float32Array,
  }));
  return store(name, { format: 'layers-model', modelTopology: model.toJSON(null, false) as object }, weights);
}

async function open(
  path: string,
  options: object,
  size: readonly [number, number] = [12, 10],
  count = classes,
): Promise<Model> {
  const result = await layers.options['~standard'].validate({ path, ...options });
  if (result.issues !== undefined) throw new Error(JSON.stringify(result.issues));
  const factory = await layers.register(result.value, { baseFolder: root, seed: 1 } as PluginContext);
  return factory.build({ height: size[0], width: size[1], classes: count });
}

const values = (model: Model): HostTensors =>
  Object.fromEntries(
    model.variables.map(({ name, shape, initial }) => [
      name,
      { dtype: 'float32' as const, shape, data: initial({ uniform: () => 0.1 } as never) },
    ]),
  );

const images = (() => {
  const { data, ...rest } = normalTensor([batch, 12, 10, 3], 5, 'images');
  return { ...rest, data: (data as Float32Array).map((value) => 0.5 + 0.4 * Math.tanh(value)) };
})();

async function run(
  model: Model,
  scope: (state: Readonly<Record<string, tf.Tensor>>) => VariableScope = inferenceScope,
) {
  const state = onnx.createState(values(model));
  const program = onnx.compile((inputs, tensors) => {
    const featureMap = model.features(inputs['images'] as tf.Tensor4D, scope(tensors));
    return { outputs: { featureMap, logits: model.head(featureMap, scope(tensors)) } };
  }, state);
  try {
    return await program.run({ images });
  } finally {
    program.dispose();
    state.dispose();
  }
}

describe('a LayersModel', () => {
  let folder: string;
  let expected: HostTensors;

  beforeAll(() => {
    const network = fixed(residual());
    folder = storeLayers('residual', network);
    const logits = tfl.model({ inputs: network.inputs, outputs: network.getLayer('scores').output });
    const map = tfl.model({ inputs: network.inputs, outputs: network.getLayer('last').output });
    const x = tf.sub(tf.mul(tf.tensor4d(images.data, [batch, 12, 10, 3]), 2), 1);
    const host = (tensor: tf.Tensor, shape: number[]) => ({
      dtype: 'float32' as const,
      shape,
      data: tensor.dataSync() as Float32Array,
    });
    expected = {
      logits: host(logits.predict(x) as tf.Tensor, [batch, classes]),
      featureMap: host(map.predict(x) as tf.Tensor, [batch, 6, 5, 6]),
    };
  });

  it('computes what tfjs computes, softmax left out, with its own head', async () => {
    const model = await open(folder, { head: 'model' });
    const got = await run(model);
    for (const name of ['featureMap', 'logits']) expectClose(name, got[name], expected[name]!, 1e-5);
  });

  it('keeps its weights as variables, named as elsewhere, and is cut where all of it passes', async () => {
    const model = await open(folder, {});
    expect(model.variables.map(({ name }) => name)).toEqual([
      ...['stem/kernel', 'stem/bias', 'stem_bn/gamma', 'stem_bn/beta', 'stem_bn/mean', 'stem_bn/variance'],
      ...['deep/depthwise', 'deep_bn/beta', 'deep_bn/mean', 'deep_bn/variance', 'gate/kernel', 'gate/bias'],
      ...['logits/kernel', 'logits/bias'],
    ]);
    expect(model.variables.filter(({ trainable }) => !trainable)).toHaveLength(4);
    expect(model.stages?.map(({ name }) => name)).toEqual(['stem', 'start', 'last']);
    expect(model.noise).toEqual({ dropout: 6 });
    expect((await run(model))['logits']?.shape).toEqual([batch, classes]);
  });

  it('trains its batch norm, and does not where it is frozen', async () => {
    const model = await open(folder, { head: 'model' });
    const updated: string[] = [];
    const scope = (frozen: boolean) => (state: Readonly<Record<string, tf.Tensor>>) => ({
      ...inferenceScope(state),
      training: true,
      frozen: () => frozen,
      update: (name: string) => updated.push(name),
    });
    const plain = await run(model);
    expect((await run(model, scope(true)))['logits']).toEqual(plain['logits']);
    expect(updated).toEqual([]);
    await run(model, scope(false));
    expect(updated.sort()).toEqual(['deep_bn/mean', 'deep_bn/variance', 'stem_bn/mean', 'stem_bn/variance']);
  });

  it('takes images of another size', async () => {
    const model = await open(folder, {}, [20, 16]);
    const state = onnx.createState(values(model));
    const program = onnx.compile((inputs, tensors) => {
      return { outputs: { map: model.features(inputs['images'] as tf.Tensor4D, inferenceScope(tensors)) } };
    }, state);
    const { map } = await program.run({ images: normalTensor([1, 20, 16, 3], 1, 'wide') });
    expect(map?.shape).toEqual([1, 10, 8, 6]);
  });

  it('says what does not fit', async () => {
    await expect(open(folder, { featureLayer: 'lasr' })).rejects.toThrow(/Did you mean 'last'/);
    await expect(open(folder, { featureLayer: 'gated' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(open(folder, { head: 'model' }, [12, 10], 2)).rejects.toThrow(
      'another number of classes (expected 2, got 4)',
    );
    await expect(open('nowhere', {})).rejects.toMatchObject({ code: 'PATH_MISSING' });
    const dense = fixed(
      tfl.sequential({
        layers: [
          tfl.layers.conv2d({ inputShape: [8, 8, 3], filters: 2, kernelSize: 3 }),
          tfl.layers.flatten({}),
          tfl.layers.dense({ units: 2 }),
        ],
      }),
    );
    const fixedSize = storeLayers('fixed-size', dense);
    expect((await open(fixedSize, { head: 'model' }, [8, 8], 2)).variables).toHaveLength(4);
    await expect(open(fixedSize, { head: 'model' }, [16, 8], 2)).rejects.toThrow('does not fit this size of images');
    const weightsOnly = store('weights-only', { format: 'layers-model' }, []);
    await expect(open(weightsOnly, {})).rejects.toMatchObject({ code: 'WEIGHTS_INVALID' });
  });

  it('is named in a configuration by its path', async () => {
    const runner = createRunner({ plugins: defaultPlugins, defaults: defaultConfig });
    const config = await runner.makeConfig({ model: 'layers:residual', data: { size: [20, 16] } }, root);
    expect(config.model).toMatchObject({ id: 'layers', options: { path: 'residual', head: 'new' } });
    const overridden = await runner.makeConfig({ model: 'layers:residual' }, root, ['model.head=model']);
    expect(overridden.model.options).toMatchObject({ path: 'residual', head: 'model' });
    const { description } = await runner.inspectModel(config);
    expect(description.featureMap).toEqual([10, 8, 6]);
    // Stem, depthwise, gate and logits, by hand.
    expect(description.multiplyAdds).toBe(80 * 27 * 6 + 80 * 9 * 6 + 36 + 12);
  });
});

describe('a GraphModel', () => {
  const kernel = normalTensor([3, 3, 3, 5], 1, 'kernel').data as Float32Array;
  const bias = normalTensor([5], 1, 'bias').data as Float32Array;
  const matrix = normalTensor([5, classes], 1, 'matrix').data as Float32Array;

  function storeGraph(name: string): string {
    const float = { type: 'DT_FLOAT' };
    const strides = { list: { i: ['1', '2', '2', '1'] } };
    const format = { s: Buffer.from('NHWC').toString('base64') };
    const constant = (node: string, type = 'DT_FLOAT') => ({ name: node, op: 'Const', attr: { dtype: { type } } });
    const size = [-1, 12, 10, 3].map((value) => ({ size: String(value) }));
    const node = [
      { name: 'image', op: 'Placeholder', attr: { dtype: float, shape: { shape: { dim: size } } } },
      ...['conv/kernel', 'conv/bias', 'head/kernel'].map((weight) => constant(weight)),
      constant('axes', 'DT_INT32'),
      {
        name: 'conv',
        op: 'Conv2D',
        input: ['image', 'conv/kernel'],
        attr: {
          T: float,
          strides,
          padding: { s: Buffer.from('SAME').toString('base64') },
          data_format: format,
          dilations: { list: { i: ['1', '1', '1', '1'] } },
        },
      },
      { name: 'biased', op: 'BiasAdd', input: ['conv', 'conv/bias'], attr: { T: float, data_format: format } },
      { name: 'active', op: 'Relu', input: ['biased'], attr: { T: float } },
      { name: 'mean', op: 'Mean', input: ['active', 'axes'], attr: { T: float, keep_dims: { b: false } } },
      {
        name: 'scores',
        op: 'MatMul',
        input: ['mean', 'head/kernel'],
        attr: { T: float, transpose_a: { b: false }, transpose_b: { b: false } },
      },
      { name: 'soft', op: 'Softmax', input: ['scores'], attr: { T: float } },
      { name: 'Identity', op: 'Identity', input: ['soft'], attr: { T: float } },
    ];
    return store(name, { format: 'graph-model', modelTopology: { node, versions: {} } }, [
      { name: 'conv/kernel', shape: [3, 3, 3, 5], dtype: 'float32', data: kernel },
      { name: 'conv/bias', shape: [5], dtype: 'float32', data: bias },
      { name: 'head/kernel', shape: [5, classes], dtype: 'float32', data: matrix },
      { name: 'axes', shape: [2], dtype: 'int32', data: Int32Array.of(1, 2) },
    ]);
  }

  let folder: string;
  beforeAll(() => {
    folder = storeGraph('graph');
  });

  it('computes what its nodes say, and its constants are variables', async () => {
    const model = await open(folder, { head: 'model', normalisation: 'none' });
    expect(model.variables.map(({ name }) => name)).toEqual(['conv/kernel', 'conv/bias', 'head/kernel']);
    const x = tf.tensor4d(images.data, [batch, 12, 10, 3]);
    const map = tf.relu(tf.add(tf.conv2d(x, tf.tensor4d(kernel, [3, 3, 3, 5]), 2, 'same'), tf.tensor1d(bias)));
    const logits = tf.matMul(tf.mean<tf.Tensor2D>(map, [1, 2]), tf.tensor2d(matrix, [5, classes]));
    const got = await run(model);
    const host = (tensor: tf.Tensor) => ({
      dtype: 'float32' as const,
      shape: tensor.shape,
      data: tensor.dataSync() as Float32Array,
    });
    expectClose('featureMap', got['featureMap'], host(map), 1e-5);
    expectClose('logits', got['logits'], host(logits), 1e-5);
  });

  it('takes a new head, and gives every variable a gradient', async () => {
    const model = await open(folder, { dropout: 0 }, [12, 10], 2);
    const names = model.variables.map(({ name }) => name);
    expect(names).toEqual(['conv/kernel', 'conv/bias', 'logits/kernel', 'logits/bias']);
    const state = onnx.createState(values(model));
    const program = onnx.compile((inputs, tensors) => {
      const f = (...list: tf.Tensor[]): tf.Scalar => {
        const scope = inferenceScope(Object.fromEntries(names.map((name, index) => [name, list[index] as tf.Tensor])));
        const logits = model.head(model.features(inputs['images'] as tf.Tensor4D, scope), scope);
        return tf.sum(tf.square(logits));
      };
      const gradients = tf.grads(f)(names.map((name) => tensors[name] as tf.Tensor));
      return { outputs: Object.fromEntries(names.map((name, index) => [name, gradients[index] as tf.Tensor])) };
    }, state);
    const gradients = await program.run({ images });
    for (const name of names) expect(gradients[name]!.data.some((value) => value !== 0)).toBe(true);
  });

  it('says what does not fit', async () => {
    await expect(open(folder, {}, [24, 10])).rejects.toThrow(
      'Model takes images of another size (expected [12, 10, 3]',
    );
    await expect(open(folder, { featureLayer: 'activ' })).rejects.toThrow(/Did you mean 'active'/);
    await expect(open(folder, { featureLayer: 'mean' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(open(folder, { head: 'model' }, [12, 10], 2)).rejects.toThrow('another number of classes');
  });
});
