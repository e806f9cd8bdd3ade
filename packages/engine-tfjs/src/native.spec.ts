/** Known problems of the native packages, on packages made up for the purpose: the real ones download at installation. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { loadTfjsEngine } from './index.js';
import { findNative, type NativePackage, type NativeSurroundings } from './native.js';

const node = '@tensorflow/tfjs-node';
const gpu = '@tensorflow/tfjs-node-gpu';

interface Made {
  readonly name?: NativePackage;
  readonly version?: string;
  readonly binding?: boolean;
  readonly library?: boolean;
  readonly code?: string;
  readonly folders?: readonly string[];
}

function surroundings({
  name = node,
  version = '4.22.0',
  binding = true,
  library = true,
  code = '',
  folders = [],
}: Made): NativeSurroundings {
  const root = mkdtempSync(join(tmpdir(), 'foveate-native-'));
  const folder = join(root, 'node_modules', name);
  const write = (path: string, text: string): void => {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
  };
  write(join(folder, 'package.json'), JSON.stringify({ name, version, main: 'dist/index.js' }));
  write(join(folder, 'dist/index.js'), code);
  if (binding) write(join(folder, 'lib/napi-v8/tfjs_binding.node'), '');
  if (library) write(join(folder, 'deps/lib/libtensorflow.so.2'), '');
  for (const file of folders) write(join(root, 'libraries', file), '');
  return {
    from: pathToFileURL(join(root, 'main.js')),
    nodeVersion: '22.4.0',
    platform: 'linux',
    libraryFolders: [join(root, 'libraries')],
  };
}

const nothing = { from: pathToFileURL(join(mkdtempSync(join(tmpdir(), 'foveate-native-')), 'main.js')) };

describe('findNative', () => {
  it.each<[string, NativePackage, NativeSurroundings, string]>([
    ['not installed', node, nothing, `npm install ${node}@4.22.0`],
    ['Node 23', node, { ...surroundings({}), nodeVersion: '23.1.0' }, 'expected Node 22 or older, got Node 23.1.0'],
    ['no add-on', node, surroundings({ binding: false }), `npm rebuild ${node}`],
    ['no TensorFlow', node, surroundings({ library: false }), 'native library is missing'],
    ['no CUDA', gpu, surroundings({ name: gpu }), 'no libcudart.so.11.0 and no libcudnn.so.8'],
    ['no cuDNN', gpu, surroundings({ name: gpu, folders: ['libcudart.so.11.0'] }), 'got no libcudnn.so.8 on'],
    ['a Mac', gpu, { ...surroundings({ name: gpu }), platform: 'darwin' }, 'no GPU library'],
  ])('explains: %s', (...[, name, where, message]) => {
    expect(() => findNative(name, where)).toThrow(
      expect.objectContaining({ code: 'ENGINE_UNAVAILABLE', message: expect.stringContaining(message) }),
    );
  });

  it('finds a complete package, also a later one on Node 23', () => {
    expect(findNative(node, surroundings({}))).toMatchObject({ version: '4.22.0' });
    const later = { ...surroundings({ version: '4.23.0' }), nodeVersion: '24.0.0' };
    expect(findNative(node, later)).toMatchObject({ entry: expect.stringMatching(/dist.index\.js$/) });
    const folders = ['libcudart.so.11.0', 'libcudnn.so.8'];
    expect(findNative(gpu, surroundings({ name: gpu, folders }))).toMatchObject({ version: '4.22.0' });
  });
});

describe('loadTfjsEngine', () => {
  it('explains a package that fails while it is loaded, and one with another copy of tfjs-core', async () => {
    const broken = surroundings({ code: "throw new Error('libtensorflow.so.2: cannot open shared object file')" });
    await expect(loadTfjsEngine({ backend: 'node', surroundings: broken })).rejects.toThrow(
      'cannot open shared object file',
    );
    await expect(loadTfjsEngine({ backend: 'node', surroundings: surroundings({}) })).rejects.toThrow(
      'another copy of @tensorflow/tfjs-core',
    );
  });

  it('takes the best backend that starts', async () => {
    const { info } = await loadTfjsEngine({ surroundings: nothing, threads: 1 });
    expect(info.description).toContain('WASM');
    expect((await loadTfjsEngine({ backend: 'cpu' })).info.description).toContain('pure JavaScript');
  });
});
