/**
 * What can be known of @tensorflow/tfjs-node and tfjs-node-gpu without importing them. Both fail in ways that explain
 * nothing: a missing function deep in a kernel, a library that the loader does not find, a GPU that is silently not used.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fail, type FoveateError } from '@foveate/contracts';

/** The packages that bind TensorFlow's C library. */
export type NativePackage = '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu';

/** Where to look; all of it is that of the process when left out. */
export interface NativeSurroundings {
  /** File or folder URL from which the package is resolved. */
  readonly from?: string | URL;
  /** For example `22.4.0`. */
  readonly nodeVersion?: string;
  readonly platform?: NodeJS.Platform;
  /** Folders in which the system's loader looks for libraries. */
  readonly libraryFolders?: readonly string[];
}

/** A native package that has no known problem. */
export interface NativeFound {
  /** File to import. */
  readonly entry: string;
  readonly version: string;
}

/** The newest release; what is known to be wrong is known of this one and older ones. */
const lastKnownRelease = [4, 22, 0] as const;

function isNewer(version: string): boolean {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10));
  const difference = lastKnownRelease.map((known, index) => (parts[index] ?? 0) - known).find((value) => value !== 0);
  return (difference ?? 0) > 0;
}

/** CUDA and cuDNN as libtensorflow 2.9 loads them, by platform. */
const gpuLibraries: Partial<Record<NodeJS.Platform, readonly (readonly [file: string, name: string])[]>> = {
  linux: [
    ['libcudart.so.11.0', 'CUDA 11.2'],
    ['libcudnn.so.8', 'cuDNN 8.1'],
  ],
  win32: [
    ['cudart64_110.dll', 'CUDA 11.2'],
    ['cudnn64_8.dll', 'cuDNN 8.1'],
  ],
};

/** The folders of the process's loader, as far as they can be known. */
function systemLibraryFolders(platform: NodeJS.Platform): string[] {
  const listed = (name: string): string[] => (process.env[name] ?? '').split(delimiter).filter((path) => path !== '');
  if (platform === 'win32') return listed('PATH');
  const architecture = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string] ?? process.arch;
  return [
    ...listed('LD_LIBRARY_PATH'),
    ...['/usr/local/cuda/lib64', '/usr/local/cuda-11.2/lib64', '/usr/local/lib', '/usr/lib64', '/usr/lib'],
    ...[`/usr/lib/${architecture}-linux-gnu`, `/lib/${architecture}-linux-gnu`],
  ];
}

/** @param difference what is needed, and what was found */
function unavailable(
  name: NativePackage,
  what: string,
  difference: readonly [expected: string, got: string] | undefined,
  advice: string,
): FoveateError {
  const [expected, got] = difference ?? [];
  return fail({
    code: 'ENGINE_UNAVAILABLE',
    where: name,
    what,
    ...(expected === undefined || got === undefined ? {} : { expected, got }),
    advice,
  });
}

/** True when a file of `folder` has such a name. */
function hasFile(folder: string, pattern: RegExp): boolean {
  return existsSync(folder) && readdirSync(folder).some((name) => pattern.test(name));
}

/** The add-on, in one folder for each version of Node-API. */
function hasBinding(root: string): boolean {
  const lib = join(root, 'lib');
  return existsSync(lib) && readdirSync(lib).some((name) => hasFile(join(lib, name), /^tfjs_binding\.node$/));
}

/**
 * Finds a native package and looks for what is known to go wrong with it.
 * @throws FoveateError `ENGINE_UNAVAILABLE` that says what is missing and what to do
 */
export function findNative(
  name: NativePackage,
  {
    from = import.meta.url,
    nodeVersion = process.versions.node,
    platform = process.platform,
    libraryFolders = systemLibraryFolders(platform),
  }: NativeSurroundings = {},
): NativeFound {
  const instead = "use the engine 'onnx', which needs no such library, or 'tfjs' with backend 'wasm'";
  let manifest: string;
  try {
    manifest = createRequire(from).resolve(`${name}/package.json`);
  } catch {
    throw unavailable(
      name,
      'The optional package is not installed',
      undefined,
      `Install it with 'npm install ${name}@${lastKnownRelease.join('.')}', which downloads TensorFlow, or ${instead}`,
    );
  }
  const { version, main = 'index.js' } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    readonly version: string;
    readonly main?: string;
  };
  const root = dirname(manifest);
  if (Number.parseInt(nodeVersion, 10) >= 23 && !isNewer(version)) {
    throw unavailable(
      name,
      `Version ${version} calls functions that Node 23 removed (util.isNullOrUndefined)`,
      ['Node 22 or older', `Node ${nodeVersion}`],
      `Run with Node 22, or ${instead}`,
    );
  }
  if (!hasBinding(root) || !hasFile(join(root, 'deps', 'lib'), /^(lib)?tensorflow(\.|\b).*(so|dylib|dll)/)) {
    throw unavailable(
      name,
      'The native library is missing: its download at installation did not run or did not succeed',
      ['lib/napi-v*/tfjs_binding.node and deps/lib/libtensorflow', `not both of them in ${root}`],
      `Run 'npm rebuild ${name}' with access to storage.googleapis.com, or ${instead}`,
    );
  }
  if (name === '@tensorflow/tfjs-node-gpu') {
    const needed = gpuLibraries[platform];
    if (needed === undefined) {
      throw unavailable(
        name,
        'There is no GPU library of TensorFlow for this system',
        ['linux or win32', platform],
        instead.replace(/^u/, 'U'),
      );
    }
    const missing = needed.filter(([file]) => !libraryFolders.some((folder) => existsSync(join(folder, file))));
    if (missing.length > 0) {
      throw unavailable(
        name,
        'Libraries of the GPU are missing, without which TensorFlow computes on the CPU and does not say so',
        [
          needed.map(([file, product]) => `${file} of ${product}`).join(' and '),
          `no ${missing.map(([file]) => file).join(' and no ')} on the library path`,
        ],
        `Install these versions, newer ones do not serve, and set LD_LIBRARY_PATH or PATH; or ${instead}`,
      );
    }
  }
  return { entry: join(root, main), version };
}
