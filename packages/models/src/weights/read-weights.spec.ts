import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { isFoveateError } from '@foveate/contracts';
import { encodeSafetensors } from '@foveate/tensor';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import * as h5 from 'h5wasm';
import { readKerasH5 } from './readers/keras-h5.js';
import { readWeights } from './read-weights.js';
import { floats, pth } from './testing/pickle.js';

const root = mkdtempSync(join(tmpdir(), 'foveate-weights-'));
afterAll(() => rmSync(root, { recursive: true }));

let folder = '';
let count = 0;
beforeEach(() => {
  folder = join(root, String(count++));
  mkdirSync(folder);
});

/** Writes a file into the test's folder. @returns its path */
function put(name: string, content: Uint8Array | string | object): string {
  const path = join(folder, name);
  const plain = content instanceof Uint8Array || typeof content === 'string';
  writeFileSync(path, plain ? content : JSON.stringify(content));
  return path;
}

const told = async (path: string) =>
  (await readWeights(path)).entries.map(({ name, shape, stored, tensor }) => [
    name,
    shape,
    stored,
    tensor && [...tensor.data],
  ]);

/** The bytes NumPy writes, format version 1. */
function npy(descr: string, shape: string, values: Uint8Array, order = 'False'): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${shape}), }`.padEnd(117) + '\n';
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00v\x00', 'latin1'), Buffer.from(header), values]);
}

/** An HDF5 file made by `fill`. */
async function hdf5(fill: (file: h5.File) => void): Promise<Uint8Array> {
  const { FS } = await h5.ready;
  const file = new h5.File('made.h5', 'w');
  fill(file);
  file.close();
  return FS.readFile('made.h5');
}

const dataset = (name: string, data: Float32Array | Float64Array | Int32Array, shape: number[]) => ({
  name,
  data,
  shape,
});

describe('readWeights', () => {
  it('reads safetensors by content, and says of what type the values were', async () => {
    const tensors = { a: { dtype: 'float32' as const, shape: [2], data: new Float32Array([1, -2]) } };
    const path = put('weights.bin', encodeSafetensors(tensors, { epoch: '3' }));
    expect(await told(path)).toEqual([['a', [2], 'float32', [1, -2]]]);
    expect(await readWeights(path)).toMatchObject({ path, format: 'safetensors', metadata: { epoch: '3' } });
  });

  it('reads PyTorch archives by content', async () => {
    const path = put('weights.tar', pth({ w: { shape: [2], bytes: floats(1, 2) } }));
    expect(await told(path)).toEqual([['w', [2], 'float32', [1, 2]]]);
  });

  it('reads a folder of NumPy files, names from paths', async () => {
    mkdirSync(join(folder, 'conv'));
    put('conv/weight.npy', npy('<f4', '2, 1', floats(1, 2)));
    put('bias.npy', npy('<f8', '1,', new Uint8Array(new Float64Array([0.5]).buffer)));
    put('count.npy', npy('<i8', '', new Uint8Array(8)));
    put('notes.txt', 'x');
    expect(await told(folder)).toEqual([
      ['bias', [1], 'float64', [0.5]],
      ['conv/weight', [2, 1], 'float32', [1, 2]],
      ['count', [], '<i8', undefined],
    ]);
  });

  it('reads the layout of Keras 2, of weights and of whole models', async () => {
    const fill = (group: h5.Group) => {
      group.create_attribute('layer_names', ['stem', 'relu']);
      const stem = group.create_group('stem');
      stem.create_attribute('weight_names', ['stem/kernel:0', 'stem/bias:0']);
      group.create_group('relu');
      const inner = stem.create_group('stem');
      inner.create_dataset(dataset('kernel:0', new Float32Array([1, 2, 3, 4]), [1, 1, 2, 2]));
      inner.create_dataset(dataset('bias:0', new Float64Array([0.5, 0.25]), [2]));
    };
    const expected = [
      ['stem/kernel', [1, 1, 2, 2], 'float32', [1, 2, 3, 4]],
      ['stem/bias', [2], 'float64', [0.5, 0.25]],
    ];
    expect(await told(put('weights.h5', await hdf5(fill)))).toEqual(expected);
    const whole = await hdf5((file) => {
      file.create_group('optimizer_weights').create_dataset(dataset('m', new Float32Array([7]), [1]));
      fill(file.create_group('model_weights'));
    });
    expect(await told(put('model.h5', whole))).toEqual(expected);
  });

  it('reads the layout of Keras 3, with and without names of layers, and in its archives', async () => {
    const bytes = await hdf5((file) => {
      const layers = file.create_group('layers');
      const stem = layers.create_group('conv2d').create_group('vars');
      stem.create_attribute('name', 'stem');
      stem.create_dataset(dataset('0', new Float32Array([1, 2]), [2]));
      const other = layers.create_group('conv2d_1').create_group('vars');
      other.create_dataset(dataset('0', new Float32Array([3]), [1]));
      other.create_dataset(dataset('1', new Int32Array([4]), [1]));
      file
        .create_group('optimizer')
        .create_group('vars')
        .create_dataset(dataset('0', new Float32Array([7]), [1]));
    });
    const expected = [
      ['stem/vars/0', [2], 'float32', [1, 2]],
      ['layers/conv2d_1/vars/0', [1], 'float32', [3]],
      ['layers/conv2d_1/vars/1', [1], 'HDF5 type 0 of 4 bytes', undefined],
    ];
    expect(await told(put('x.weights.h5', bytes))).toEqual(expected);
    expect(
      await told(put('x.keras', zipSync({ 'config.json': Buffer.from('{}'), 'model.weights.h5': bytes }))),
    ).toEqual(expected);
  });

  it('reads TensorFlow.js models, several shards a group, quantised too', async () => {
    const weights = [
      { name: 'a', shape: [2], dtype: 'float32' },
      { name: 'q', shape: [2], dtype: 'float32', quantization: { dtype: 'uint8', scale: 0.5, min: -1 } },
      { name: 'h', shape: [1], dtype: 'float32', quantization: { dtype: 'float16' } },
      { name: 'flags', shape: [1], dtype: 'bool' },
    ];
    put('model.json', { weightsManifest: [{ paths: ['one', 'sub/two'], weights }], modelTopology: {} });
    const bytes = Buffer.concat([floats(1, 2), Uint8Array.of(0, 255), Uint8Array.of(0, 0x3c), Uint8Array.of(1)]);
    put('one', bytes.subarray(0, 5));
    mkdirSync(join(folder, 'sub'));
    put('sub/two', bytes.subarray(5));
    const expected = [
      ['a', [2], 'float32', [1, 2]],
      ['q', [2], 'uint8', [-1, 126.5]],
      ['h', [1], 'float16', [1]],
      ['flags', [1], 'bool', undefined],
    ];
    expect(await told(folder)).toEqual(expected);
    expect(await told(join(folder, 'model.json'))).toEqual(expected);
  });

  const manifest = (path: string, shape: unknown = [1], dtype = 'float32') => ({
    weightsManifest: [{ paths: [path], weights: [{ name: 'a', shape, dtype }] }],
  });
  it.each([
    ['the parent folder', manifest('../secret'), 'files beside model.json'],
    ['the root folder', manifest('/etc/hostname'), 'files beside model.json'],
    ['a URL', manifest('file:///etc/hostname'), 'files beside model.json'],
    ['a link that leads out', manifest('link'), 'lies outside the folder'],
    ['a missing file', manifest('none'), "'none' is missing"],
    ['more than there is', manifest('four', [2]), 'beyond its weight files'],
    ['less than there is', manifest('four', [0]), 'longer than the manifest says'],
    ['an absurd shape', manifest('four', [2 ** 40]), 'absurdly large'],
    ['a shape that is none', manifest('four', [-1]), 'no valid shape'],
    ['text', manifest('four', [1], 'string'), "dtype 'string'"],
    ['nothing', {}, 'not the model.json'],
  ])('refuses a manifest that names %s', async (_name, json, message) => {
    put('four', floats(1));
    symlinkSync('/etc/hostname', join(folder, 'link'));
    const reading = readWeights(put('model.json', json));
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toMatchObject({ code: 'WEIGHTS_INVALID' });
  });

  it.each([
    ['is none', Buffer.from('hello'), 'does not begin'],
    ['is cut in its header', npy('<f4', '1,', floats(1)).slice(0, 40), 'beyond the file'],
    ['is cut in its values', npy('<f4', '2,', floats(1)), 'does not fit the file'],
    ['is in columns', npy('<f4', '2, 1', floats(1, 2), 'True'), 'column by column'],
    ['has code as a shape', npy('<f4', "__import__('os')", floats(1)), 'not one that NumPy writes'],
    ['is absurdly large', npy('<f4', `${2 ** 40},`, floats(1)), 'absurdly large'],
  ])('refuses a NumPy file that %s', async (_name, bytes, message) => {
    put('a.npy', bytes);
    await expect(readWeights(folder)).rejects.toThrow(message);
  });

  it('refuses what is missing, empty, of no known format or damaged', async () => {
    await expect(readWeights(join(folder, 'none'))).rejects.toMatchObject({ code: 'PATH_MISSING' });
    await expect(readWeights(folder)).rejects.toThrow('Folder holds no weights');
    await expect(readWeights(put('a.txt', 'hello world'))).rejects.toThrow('no known format');
    await expect(readWeights(put('empty.pth', ''))).rejects.toThrow('no known format');
    await expect(readWeights(put('a.json', '{"a":'))).rejects.toThrow('not JSON');
    const bytes = await hdf5((file) => void file.create_group('a'));
    await expect(readWeights(put('none.h5', bytes))).rejects.toThrow('holds no weights of Keras');
    await expect(readWeights(put('cut.h5', bytes.slice(0, -50)))).rejects.toThrow('HDF5 file cannot be read');
  });

  it('ends the reading of an HDF5 file that takes too long', async () => {
    const bytes = await hdf5((file) => void file.create_group('a'));
    await expect(readKerasH5(bytes, 'slow.h5', { milliseconds: 1 })).rejects.toThrow(
      'slow.h5: HDF5 file takes too long to read',
    );
    const stop = new AbortController();
    const reading = readWeights(put('stopped.h5', bytes), stop.signal);
    setTimeout(() => stop.abort(), 20);
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });

  const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 });
  const damaged = (original: Uint8Array, places: readonly [number, number][]): Uint8Array => {
    const bytes = Uint8Array.from(original);
    for (const [at, value] of places) bytes[at % bytes.length] = value;
    return bytes;
  };
  const readOrRefused = async (reading: Promise<unknown>): Promise<void> => {
    try {
      await reading;
    } catch (error) {
      if (!isFoveateError(error) || error.code !== 'WEIGHTS_INVALID') throw error;
    }
  };

  it('reads or refuses safetensors, whatever bytes are changed', async () => {
    const valid = encodeSafetensors({ a: { dtype: 'float32', shape: [2], data: new Float32Array(2) } });
    await fc.assert(
      fc.asyncProperty(changes, (places) => readOrRefused(readWeights(put('fuzzed', damaged(valid, places))))),
      { numRuns: 300 },
    );
  });

  it('reads or refuses HDF5, whatever bytes are changed', async () => {
    const valid = await hdf5((file) => {
      file.create_attribute('layer_names', ['a']);
      const layer = file.create_group('a');
      layer.create_attribute('weight_names', ['w:0']);
      layer.create_dataset(dataset('w:0', new Float32Array(4), [4]));
    });
    await fc.assert(
      fc.asyncProperty(changes, (places) =>
        readOrRefused(readKerasH5(damaged(valid, places), 'fuzzed.h5', { milliseconds: 5_000 })),
      ),
      { numRuns: 25, endOnFailure: true },
    );
  });
});

describe('what is not worth reading', () => {
  const refused = (path: string) => expect(readWeights(path)).rejects.toMatchObject({ code: 'WEIGHTS_INVALID' });
  const model = (paths: readonly string[]) => ({
    weightsManifest: [{ paths, weights: [{ name: 'a', shape: [4], dtype: 'float32' }] }],
  });

  const onPosix = process.platform === 'win32' ? it.skip : it;
  onPosix('are pipes and devices, alone, in folders and beside a model.json', async () => {
    execFileSync('mkfifo', [join(folder, 'w.safetensors'), join(folder, 'a.npy'), join(folder, 'a.bin')]);
    symlinkSync('/dev/zero', join(folder, 'z.safetensors'));
    await refused(join(folder, 'w.safetensors'));
    await refused(join(folder, 'z.safetensors'));
    await refused(folder);
    await refused(put('model.json', model(['a.bin'])));
  });

  it('are weight files that a manifest names again and again', async () => {
    put('a.bin', floats(1, 2));
    await refused(put('model.json', model(['a.bin', 'a.bin'])));
  });

  it('are models nested without end, and more tensors than any model has', async () => {
    await refused(
      put('model.json', `{"weightsManifest":[],"modelTopology":${'['.repeat(50_000)}${']'.repeat(50_000)}}`),
    );
    const none = { dtype: 'float32' as const, shape: [0], data: new Float32Array(0) };
    const tensors = Object.fromEntries(Array.from({ length: 20_001 }, (_, at) => [`t${String(at)}`, none]));
    await refused(put('many.safetensors', encodeSafetensors(tensors)));
  });

  it('are little files that unpack to gigabytes', async () => {
    await refused(put('bomb.pth', zipSync({ 'm/data.pkl': new Uint8Array(2 ** 26) }, { level: 9 })));
  });
});
