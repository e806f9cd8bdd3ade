/** Exports of every model against the pure JavaScript engine. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { random, type HostTensors, type Model, type Plugin } from '@foveate/contracts';
import { onnxEngine } from '@foveate/engine-onnx';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { gradCam } from '@foveate/explain';
import { exportFiles, inferenceProgram, largestDifferences, onnxGraph, type ExportParts } from '@foveate/export';
import { initialise } from '@foveate/tensor';
import { buildPlugin } from '@foveate/testkit';
import { toText } from '@foveate/tracer';
import { defaultPlugins } from './index.js';

const onnx = onnxEngine({ threads: 2 });
const oracle = tfjsEngine();
afterAll(() => {
  onnx.dispose();
});

const explainer = await buildPlugin(gradCam);

/** Options that make a model small; `layers` needs a file and has tests of its own. */
const small: Readonly<Record<string, object>> = {
  'custom-cnn': { channels: [8, 16] },
  unet: { channels: [4, 8] },
  'area-pooling': { model: { id: 'custom-cnn', channels: [8, 16] } },
};
const plugins = defaultPlugins.filter(
  (plugin): plugin is Plugin<'model'> & typeof plugin => plugin.meta.kind === 'model' && plugin.meta.id !== 'layers',
);

async function tiny(plugin: Plugin<'model'>): Promise<Model> {
  const slim = plugin.meta.id.startsWith('efficientnet') ? { width: 0.125, depth: 0.2 } : { width: 0.125 };
  const factory = await buildPlugin(plugin, small[plugin.meta.id] ?? slim, { plugins: defaultPlugins });
  return factory.build({ height: 32, width: 48, classes: 2 });
}

/** Initial weights with statistics that batch norm must not overlook. */
function weights({ variables }: Model): HostTensors {
  const stream = random(3, 'weights');
  return Object.fromEntries(
    Object.entries(initialise(variables, 3)).map(([name, tensor]) => [
      name,
      /(mean|variance|beta|bias)$/.test(name)
        ? { ...tensor, data: tensor.data.map((value) => value + 0.3 * stream.float()) }
        : tensor,
    ]),
  );
}

const bytes = (count: number): HostTensors => ({
  images: {
    dtype: 'int32',
    shape: [count, 32, 48, 3],
    data: Int32Array.from({ length: count * 32 * 48 * 3 }, (_, index) => (index * 7919) % 256),
  },
});

describe.each(plugins.map((plugin) => [plugin.meta.id, plugin] as const))('%s', (...[, plugin]) => {
  it('says the same as ONNX and as tfjs, for a batch and for one image', async () => {
    const model = await tiny(plugin);
    const parts: ExportParts = {
      model,
      variables: weights(model),
      explainer,
      normalise: true,
      precision: 'float32',
      metadata: { name: 'tiny' },
    };
    const infer = inferenceProgram(parts);
    const program = oracle.compile((inputs, state) => ({ outputs: infer(inputs, state) }), oracle.createState(parts.variables)); // prettier-ignore
    const files = exportFiles('onnx', parts);
    expect(exportFiles('onnx', parts)).toEqual(files);
    const opened = [await onnx.openModel!('onnx', files), await oracle.openModel!('tfjs', exportFiles('tfjs', parts))];
    for (const count of [3, 1]) {
      const expected = await program.run(bytes(count));
      expect(Object.keys(expected)).toEqual(['score', 'logits', 'heatmap']);
      for (const file of opened) {
        const differences = largestDifferences(expected, await file!.run(bytes(count)));
        for (const difference of Object.values(differences)) expect(difference).toBeLessThan(1e-5);
      }
    }
  });
});

describe('exportFiles', () => {
  const custom = () => tiny(plugins.find(({ meta }) => meta.id === 'custom-cnn')!);

  it('halves the size in half precision and keeps three digits', async () => {
    const model = await custom();
    const parts = { model, variables: weights(model), normalise: false, metadata: {} };
    const [single, half] = (['float32', 'float16'] as const).map((precision) =>
      exportFiles('onnx', { ...parts, precision }),
    );
    expect(half!['model.onnx']!.length).toBeLessThan(0.75 * single!['model.onnx']!.length);
    const images = bytes(2)['images']!;
    const inputs: HostTensors = {
      images: { ...images, dtype: 'float32', data: Float32Array.from(images.data, (value) => value / 255) },
    };
    const [expected, got] = await Promise.all(
      [single!, half!].map(async (files) => (await onnx.openModel!('onnx', files))!.run(inputs)),
    );
    for (const difference of Object.values(largestDifferences(expected!, got!))) expect(difference).toBeLessThan(1e-2);
  });

  it('refuses a weight that half precision cannot hold', async () => {
    const model = await custom();
    const variables = weights(model);
    const kernel = variables['logits/kernel']!;
    const huge = { ...variables, 'logits/kernel': { ...kernel, data: kernel.data.map(() => 1e6) } };
    const parts = { model, variables: huge, normalise: false, precision: 'float16', metadata: {} } as const;
    for (const format of ['onnx', 'tfjs'] as const) {
      expect(() => exportFiles(format, parts)).toThrow('half precision cannot (expected at most 65504, got 1000000)');
    }
  });

  it('writes the same graph whatever the weights were trained with, node for node', async () => {
    const model = await custom();
    const graphs = [1, 2].map((seed) =>
      onnxGraph({ model, variables: initialise(model.variables, seed), normalise: true, precision: 'float32' }),
    );
    const nodes = graphs.map((graph) => toText(graph).replace(/\([^()]*\)/g, '()'));
    expect(nodes[0]).toBe(nodes[1]);
    expect(graphs[0]!.inputs.map(({ name, shape }) => [name, shape])).toEqual([['images', [-1, 32, 48, 3]]]);
  });
});

describe('openModel', () => {
  it('leaves formats it does not know to others, and says what is wrong with a file', async () => {
    expect(await onnx.openModel!('tfjs', {})).toBeUndefined();
    expect(await oracle.openModel!('onnx', {})).toBeUndefined();
    const damaged = { 'model.onnx': new Uint8Array(20), 'model.json': Buffer.from('{}') };
    await expect(onnx.openModel!('onnx', damaged)).rejects.toMatchObject({ code: 'ENGINE_UNSUPPORTED' });
    await expect(oracle.openModel!('tfjs', damaged)).rejects.toMatchObject({ code: 'ENGINE_UNSUPPORTED' });
  });
});
