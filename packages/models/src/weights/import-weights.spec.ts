import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { HostTensor, HostTensors, Model, Plugin } from '@foveate/contracts';
import { efficientNetB0, mobileNetV2, mobileNetV3Small, resNet18 } from '../index.js';
import { buildModel } from '../testing/build.js';
import { importWeights } from './import-weights.js';
import { namesOf, type WeightNaming } from './naming.js';
import { efficientNetNames } from './names/efficientnet.js';
import { mobileNetV2Names } from './names/mobilenet-v2.js';
import { mobileNetV3SmallNames } from './names/mobilenet-v3-small.js';
import { resNet18Names } from './names/resnet-18.js';
import type { WeightsEntry, WeightsFile } from './weights-file.js';

interface Architecture {
  readonly plugin: Plugin<'model'>;
  readonly namings: readonly WeightNaming[];
  readonly options: object;
}

const zoo: Readonly<Record<string, Architecture>> = {
  efficientnet: { plugin: efficientNetB0 as Plugin<'model'>, namings: efficientNetNames, options: { width: 0.25 } },
  'mobilenet-v2': { plugin: mobileNetV2 as Plugin<'model'>, namings: mobileNetV2Names, options: { width: 0.25 } },
  'mobilenet-v3-small': {
    plugin: mobileNetV3Small as Plugin<'model'>,
    namings: mobileNetV3SmallNames,
    options: { width: 0.25 },
  },
  'resnet-18': { plugin: resNet18 as Plugin<'model'>, namings: resNet18Names, options: { width: 0.125 } },
};
const pairs = Object.entries(zoo).flatMap(([id, architecture]) =>
  architecture.namings.map((naming) => ({ id, ...architecture, naming })),
);

const file = (entries: readonly WeightsEntry[]): WeightsFile => ({
  path: 'w.pth',
  format: 'pytorch',
  entries,
  metadata: {},
});

/** [h, w, in, out] as [out, in, h, w] and so on: what a library with that layout would store. */
function stored(name: string, tensor: HostTensor, layout: 'oihw' | 'hwio'): HostTensor {
  const axes =
    layout === 'hwio'
      ? []
      : name.endsWith('/depthwise')
        ? [2, 3, 0, 1]
        : tensor.shape.length === 4
          ? [3, 2, 0, 1]
          : tensor.shape.length === 2
            ? [1, 0]
            : [];
  if (axes.length === 0) return tensor;
  const shape = axes.map((axis) => tensor.shape[axis] ?? 0);
  const data = new Float32Array(tensor.data.length);
  for (let to = 0; to < data.length; to++) {
    const index: number[] = [];
    for (let rest = to, axis = shape.length - 1; axis >= 0; axis--) {
      index[axes[axis] ?? 0] = rest % (shape[axis] ?? 1);
      rest = Math.floor(rest / (shape[axis] ?? 1));
    }
    data[to] =
      tensor.data[index.reduce((sum, position, axis) => sum * (tensor.shape[axis] ?? 1) + position, 0)] ?? Number.NaN;
  }
  return { dtype: 'float32', shape, data };
}

/** Values that differ in every place. */
function distinct({ variables }: Model): HostTensors {
  let next = 0;
  return Object.fromEntries(
    variables.map(({ name, shape }) => {
      const size = shape.reduce((product, dimension) => product * dimension, 1);
      return [name, { dtype: 'float32', shape, data: new Float32Array(size).map(() => next++) }];
    }),
  );
}

/** Names, shapes and values of tensors as text short enough to compare quickly. */
const told = (tensors: HostTensors) =>
  Object.entries(tensors)
    .map(([name, { shape, data }]) => {
      const digest = createHash('sha1').update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      return `${name} [${shape.join()}] ${digest.digest('hex')}`;
    })
    .sort();

/** Values of the model as another library would store them. */
function foreign(model: Model, naming: WeightNaming) {
  const values = distinct(model);
  const entries = model.variables.map(({ name }): WeightsEntry => {
    const tensor = stored(name, values[name] as HostTensor, naming.convention.layout);
    return { name: namesOf(name, naming)[0] ?? '', shape: tensor.shape, stored: 'float32', tensor };
  });
  return { values, entries };
}

const torchvision = efficientNetNames[0] as WeightNaming;
const b0 = (classes = 2) => buildModel(efficientNetB0 as Plugin<'model'>, { width: 0.25 }, { classes });

describe('names of other libraries', () => {
  it.each(pairs)(
    'give every variable of $id a tensor of its own: $naming.scheme',
    async ({ plugin, naming, options }) => {
      const extra = naming.scheme === 'gluon' ? { firstExpansion: true } : {};
      const { variables } = await buildModel(plugin, { ...options, ...extra });
      const names = variables.map(({ name }) => namesOf(name, naming)[0]);
      expect(names.filter((name) => name === undefined || /[{}]|NaN/.test(name))).toEqual([]);
      expect(new Set(names).size).toBe(variables.length);
    },
  );

  it('are those the libraries use', () => {
    const first = (name: string, namings: readonly WeightNaming[]) => namings.map((naming) => namesOf(name, naming)[0]);
    expect(first('stage3/block2/depthwise/conv/depthwise', efficientNetNames)).toEqual([
      'features.3.1.block.1.0.weight',
      'blocks.2.1.conv_dw.weight',
      'block3b_dwconv/depthwise_kernel',
    ]);
    expect(first('stage1/block1/squeeze/expand/bias', efficientNetNames)).toEqual([
      'features.1.0.block.1.fc2.bias',
      'blocks.0.0.se.conv_expand.bias',
      'block1a_se_expand/bias',
    ]);
    expect(first('stage4/block2/project/norm/variance', mobileNetV2Names)).toEqual([
      'features.8.conv.3.running_var',
      'blocks.3.1.bn3.running_var',
      'block_7_project_BN/moving_variance',
      'features_linearbottleneck7_batchnorm2_running_var',
    ]);
    expect(first('block4/squeeze/reduce/kernel', mobileNetV3SmallNames)).toEqual([
      'features.4.block.2.fc1.weight',
      'blocks.2.0.se.conv_reduce.weight',
      'expanded_conv_3_squeeze_excite_conv/kernel',
    ]);
    expect(first('stage2/block1/shortcut/norm/gamma', resNet18Names)).toEqual(['layer2.0.downsample.1.weight']);
  });
});

describe('importWeights', () => {
  it.each(pairs)(
    'returns the values of $id from $naming.scheme, found out by itself',
    async ({ plugin, namings, naming, options }) => {
      const extra = naming.scheme === 'gluon' ? { firstExpansion: true } : {};
      const model = await buildModel(plugin, { ...options, ...extra });
      const { values, entries } = foreign(model, naming);
      const imported = importWeights(model, file(entries), { namings, head: 'load' });
      expect(told(imported.tensors)).toEqual(told(values));
      expect(imported).toMatchObject({ naming: { scheme: naming.scheme }, fresh: [], leftOut: [] });
    },
  );

  it('reads what our own runs wrote', async () => {
    const model = await b0();
    const values = distinct(model);
    const entries = Object.entries(values).map(([name, tensor]) => ({
      name: `model/${name}`,
      shape: tensor.shape,
      stored: 'float32',
      tensor,
    }));
    const slot = {
      name: 'optimizer/step',
      shape: [],
      stored: 'int32',
      tensor: { dtype: 'int32' as const, shape: [], data: new Int32Array(1) },
    };
    const imported = importWeights(model, file([...entries, slot]), { namings: efficientNetNames, head: 'load' });
    expect(told(imported.tensors)).toEqual(told(values));
    expect(imported.leftOut).toEqual([{ name: 'optimizer/step', reason: 'state of the optimizer' }]);
  });

  it('sees through a prefix, and says what counters are', async () => {
    const model = await b0();
    const { values, entries } = foreign(model, torchvision);
    const counter = { name: 'features.0.1.num_batches_tracked', shape: [], stored: 'int64' };
    const wrapped = [...entries, counter].map((entry) => ({ ...entry, name: `module.${entry.name}` }));
    const imported = importWeights(model, file(wrapped), { namings: efficientNetNames, head: 'load' });
    expect(told(imported.tensors)).toEqual(told(values));
    expect(imported.leftOut).toEqual([
      { name: 'module.features.0.1.num_batches_tracked', reason: 'number of batches seen in training' },
    ]);
  });

  it('takes a 1x1 convolution for a dense layer, as timm and Keras store some', async () => {
    const model = await buildModel(mobileNetV3Small as Plugin<'model'>, { width: 0.25 });
    const { values, entries } = foreign(model, mobileNetV3SmallNames[1] as WeightNaming);
    const pointwise = entries.map((entry) =>
      entry.name === 'conv_head.weight'
        ? { ...entry, tensor: { ...(entry.tensor as HostTensor), shape: [...entry.shape, 1, 1] } }
        : entry,
    );
    const imported = importWeights(model, file(pointwise), { namings: mobileNetV3SmallNames, head: 'load' });
    expect(imported.tensors['hidden/kernel']).toEqual(values['hidden/kernel']);
  });

  it('lets the last layer start afresh, whatever classes the file has', async () => {
    const { entries } = foreign(await b0(5), torchvision);
    const model = await b0(2);
    const imported = importWeights(model, file(entries), { namings: efficientNetNames, head: 'fresh' });
    expect(imported.fresh).toEqual(['logits/kernel', 'logits/bias']);
    expect(Object.keys(imported.tensors)).toHaveLength(model.variables.length - 2);
    expect(imported.leftOut.map(({ name }) => name)).toEqual(['classifier.1.weight', 'classifier.1.bias']);
    const notop = entries.filter(({ name }) => !name.startsWith('classifier'));
    expect(importWeights(model, file(notop), { namings: efficientNetNames, head: 'fresh' }).leftOut).toEqual([]);
  });

  const failure = async (change: (entries: WeightsEntry[]) => WeightsEntry[], options: object = {}, classes = 2) => {
    const { entries } = foreign(await b0(classes), torchvision);
    const model = await b0(2);
    return () => importWeights(model, file(change(entries)), { namings: efficientNetNames, head: 'load', ...options });
  };

  it('recognises another number of classes, and a file without a head', async () => {
    expect(await failure((entries) => entries, {}, 5)).toThrow(
      /tells 5 classes apart, the model 2.*Set head to 'fresh'/s,
    );
    const notop = await failure((entries) => entries.filter(({ name }) => !name.startsWith('classifier')));
    expect(notop).toThrow("no classifying layer: set head to 'fresh'");
  });

  it('names tensors that have no place, and variables that have no tensor', async () => {
    const extra = await failure((entries) => [...entries, { ...(entries[0] as WeightsEntry), name: 'extra.weight' }]);
    expect(extra).toThrow('1 tensor has no place in this model (got extra.weight)');
    const missing = await failure((entries) => entries.filter(({ name }) => name !== 'features.8.0.weight'));
    expect(missing).toThrow('1 variable has no tensor in the file (got top/conv/kernel)');
    expect(missing).toThrow(expect.objectContaining({ code: 'WEIGHTS_INVALID' }));
  });

  it('lists shapes that differ as a table of variable, expected, got and source', async () => {
    const wide = foreign(await buildModel(efficientNetB0 as Plugin<'model'>, { width: 0.5 }), torchvision).entries;
    const throwing = await failure(() => wide);
    expect(throwing).toThrow(/tensors do not fit their variables/);
    expect(throwing).toThrow(
      /variable +expected +got +from\n +stem\/conv\/kernel +\[3, 3, 3, 8\] +\[3, 3, 3, 16\] +features\.0\.0\.weight\n/,
    );
    expect(throwing).toThrow(/and \d+ more/);
    const integers = await failure((entries) =>
      entries.map((entry, index) =>
        index === 0 ? { ...entry, tensor: { dtype: 'int32', shape: entry.shape, data: new Int32Array(216) } } : entry,
      ),
    );
    expect(integers).toThrow(/no floats/);
  });

  it('refuses values that are not finite', async () => {
    const broken = await failure((entries) =>
      entries.map((entry, index) => {
        const data = new Float32Array(entry.tensor?.data.length ?? 0).fill(index === 3 ? Number.NaN : 0);
        return { ...entry, tensor: { dtype: 'float32', shape: entry.shape, data } };
      }),
    );
    expect(broken).toThrow("Tensor 'features.0.1.running_mean' holds values that are not finite");
  });

  it('refuses files of nothing known, and keeps to the scheme that was asked for', async () => {
    expect(await failure(() => [{ name: 'a', shape: [], stored: 'float32' }])).toThrow(
      'No tensor has a name that this model knows',
    );
    expect(await failure((entries) => entries, { scheme: 'keras' })).toThrow('names of keras');
  });

  it('refuses Keras weights that were trained with another normalisation of the input', async () => {
    const keras = efficientNetNames.find(({ scheme }) => scheme === 'keras') as WeightNaming;
    const model = await b0();
    const { entries } = foreign(model, keras);
    const importing = (...mean: number[]) => {
      const tensor = { dtype: 'float32' as const, shape: [3], data: Float32Array.from(mean) };
      const entry = { name: 'normalization/mean', shape: [3], stored: 'float32', tensor };
      return importWeights(model, file([...entries, entry]), { namings: efficientNetNames, head: 'load' });
    };
    expect(importing(0.485, 0.456, 0.406).leftOut).toEqual([
      { name: 'normalization/mean', reason: 'normalisation of the input, which the model does itself' },
    ]);
    expect(() => importing(0, 0, 0)).toThrow('another normalisation of the input (expected mean 0.485 0.456 0.406');
  });

  it('tells what to do with the expanding first bottleneck of MXNet', async () => {
    const gluon = mobileNetV2Names.find(({ scheme }) => scheme === 'gluon') as WeightNaming;
    const plugin = mobileNetV2 as Plugin<'model'>;
    const { entries } = foreign(await buildModel(plugin, { width: 0.25, firstExpansion: true }), gluon);
    const plain = await buildModel(plugin, { width: 0.25 });
    expect(() => importWeights(plain, file(entries), { namings: mobileNetV2Names, head: 'load' })).toThrow(
      'firstExpansion',
    );
  });
});
