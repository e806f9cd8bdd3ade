import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { HostTensors, Plugin, PluginContext } from '@foveate/contracts';
import { encodeSafetensors } from '@foveate/tensor';
import { efficientNetB0, identifyWeights, mobileNetV2, mobileNetV3Small, readWeights, resNet18 } from '../index.js';
import { toHwio } from './layout.js';
import { namesOf } from './naming.js';
import { mobileNetV2Names } from './names/mobilenet-v2.js';
import { knownWeights } from './registry.js';

const baseFolder = mkdtempSync(join(tmpdir(), 'foveate-pretrained-'));
afterAll(() => rmSync(baseFolder, { recursive: true }));

/** The factory of a plugin, with the options a configuration gives. */
async function factoryOf(plugin: unknown, options: object) {
  const model = plugin as Plugin<'model'>;
  const result = await model.options['~standard'].validate({ width: 0.25, ...options });
  if (result.issues !== undefined) throw new Error(result.issues[0]?.message);
  return model.register(result.value, { baseFolder, seed: 1 } as PluginContext);
}

const shape = { height: 32, width: 32, classes: 2 };
const zeros = (size: readonly number[]) =>
  new Float32Array(size.reduce((product, dimension) => product * dimension, 1));

/** Writes weights of MobileNetV2 named as Keras does. */
async function writeKeras(name: string): Promise<void> {
  const naming = mobileNetV2Names.find(({ scheme }) => scheme === 'keras');
  const { variables } = (await factoryOf(mobileNetV2, {})).build(shape);
  const tensors = variables.map(({ name: variable, shape: size }) => [
    (naming && namesOf(variable, naming)[0]) ?? '',
    { dtype: 'float32' as const, shape: size, data: zeros(size).fill(0.5) },
  ]);
  writeFileSync(join(baseFolder, name), encodeSafetensors(Object.fromEntries(tensors) as HostTensors));
}

describe('the option weights', () => {
  it('is none unless told otherwise: variables keep their initial values', async () => {
    expect((await factoryOf(mobileNetV2, {})).pretrained).toBeUndefined();
  });

  it('takes a path beside the configuration; the last layer is fresh unless told otherwise', async () => {
    await writeKeras('a.safetensors');
    const options = { weights: 'a.safetensors', padding: 'same' };
    const fresh = await factoryOf(mobileNetV2, options);
    const model = fresh.build(shape);
    const values = (await fresh.pretrained?.(model)) ?? {};
    expect(Object.keys(values)).toHaveLength(model.variables.length - 2);
    expect(values['stem/conv/kernel']?.data.every((value) => value === 0.5)).toBe(true);
    const loaded = await factoryOf(mobileNetV2, { ...options, head: 'load' });
    expect(Object.keys((await loaded.pretrained?.(model)) ?? {})).toHaveLength(model.variables.length);
  });

  it('refuses weights of the other padding, and says which one to set', async () => {
    await writeKeras('b.safetensors');
    const factory = await factoryOf(mobileNetV2, { weights: 'b.safetensors' });
    const refused = factory.pretrained?.(factory.build(shape));
    await expect(refused).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(refused).rejects.toThrow("Set padding to 'same'");
  });

  it('lists what is known where there is no such file', async () => {
    const factory = await factoryOf(efficientNetB0, { weights: 'imagenet' });
    const refused = factory.pretrained?.(factory.build(shape));
    await expect(refused).rejects.toThrow(
      'known weights of efficientnet-b0: keras, keras-notop, timm-ra, torchvision-v1',
    );
  });
});

describe('known weights', () => {
  it('have a name of their own, an address that can be read and a padding their model has', () => {
    const names = knownWeights.map(({ architecture, tag }) => `${architecture}/${tag}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { url, checksum, megabytes } of knownWeights) {
      expect(new URL(url).protocol).toBe('https:');
      expect(checksum?.value ?? '00000000').toMatch(/^[0-9a-f]{8,64}$/);
      expect(megabytes).toBeGreaterThan(1);
    }
  });

  it('expect the input that their model makes with that padding', async () => {
    const plugins: Readonly<Record<string, unknown>> = {
      'efficientnet-b0': efficientNetB0,
      'mobilenet-v2': mobileNetV2,
      'mobilenet-v3-small': mobileNetV3Small,
      'resnet-18': resNet18,
    };
    for (const { architecture, tag, padding, normalisation } of knownWeights) {
      const plugin = plugins[architecture] ?? efficientNetB0;
      const factory = await factoryOf(plugin, architecture === 'resnet-18' ? {} : { padding });
      expect([architecture, tag, factory.card?.normalisation]).toEqual([architecture, tag, normalisation.text]);
    }
  });

  it('of torchvision carry the beginning of their digest in the name of the file', () => {
    for (const { url, checksum } of knownWeights.filter(
      ({ scheme, url: at }) => scheme === 'torchvision' && at.endsWith('.pth'),
    )) {
      expect(url).toContain(`-${checksum?.value.slice(0, 8)}.pth`);
    }
  });
});

describe('identifyWeights', () => {
  it('tells architecture, names and options of a file, and when it is of none', async () => {
    const factory = await factoryOf(mobileNetV2, { width: 1, firstExpansion: true });
    const { variables } = factory.build(shape);
    const entries = variables.map(({ name, shape: size }) => ({
      name: `model/${name}`,
      shape: size,
      stored: 'float32',
      tensor: { dtype: 'float32' as const, shape: size, data: new Float32Array() },
    }));
    const file = { path: 'x', format: 'safetensors' as const, entries, metadata: {} };
    expect(await identifyWeights(file)).toEqual({
      architecture: 'mobilenet-v2',
      options: { firstExpansion: true },
      scheme: 'foveate',
      matched: variables.length - 2,
      variables: variables.length,
    });
    expect(await identifyWeights({ ...file, entries: entries.slice(0, 20) })).toBeUndefined();
    await writeKeras('c.safetensors');
    expect(await identifyWeights(await readWeights(join(baseFolder, 'c.safetensors')))).toBeUndefined();
  });
});

describe('toHwio', () => {
  it('turns kernels by hand-computed places', () => {
    const data = new Float32Array([0, 1, 2, 3, 4, 5, 6, 7]);
    // [out 2, in 2, h 1, w 2] -> [h, w, in, out]: element (o, i, w) stood at 4 o + 2 i + w.
    const kernel = toHwio({ dtype: 'float32', shape: [2, 2, 1, 2], data }, 'kernel', 'oihw');
    expect(kernel).toEqual({ dtype: 'float32', shape: [1, 2, 2, 2], data: new Float32Array([0, 4, 2, 6, 1, 5, 3, 7]) });
    const depthwise = toHwio({ dtype: 'float32', shape: [2, 1, 2, 2], data }, 'depthwise', 'oihw');
    expect(depthwise).toEqual({
      dtype: 'float32',
      shape: [2, 2, 2, 1],
      data: new Float32Array([0, 4, 1, 5, 2, 6, 3, 7]),
    });
    const dense = toHwio({ dtype: 'float32', shape: [2, 4], data }, 'kernel', 'oihw');
    expect(dense).toEqual({ dtype: 'float32', shape: [4, 2], data: new Float32Array([0, 4, 1, 5, 2, 6, 3, 7]) });
    const bias = { dtype: 'float32' as const, shape: [8], data };
    expect(toHwio(bias, 'bias', 'oihw')).toBe(bias);
  });
});
