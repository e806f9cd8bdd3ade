/**
 * ONNX Runtime, loaded when the first engine is made: this package can be imported where the runtime cannot be loaded.
 * There are two builds of it: native code (onnxruntime-node), which npm leaves out where its install script fails, and
 * WebAssembly (onnxruntime-web), which is always there.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fail, messageOf } from '@foveate/contracts';
import type * as common from 'onnxruntime-common';
import type { Provider } from './providers.js';

/** What both builds export. */
export type OnnxRuntime = Pick<typeof common, 'InferenceSession' | 'Tensor' | 'env'>;

const platform = `${process.platform}-${process.arch}`;

const requireFromHere = createRequire(import.meta.url);

/** Replaces the import in tests. */
export type Load = (name: string) => unknown;

/**
 * The build that has a provider.
 * @param threads of the WebAssembly build, which has one number for the whole process: that of its first use counts
 * @throws FoveateError `ENGINE_UNAVAILABLE` when the package or its native library is missing or cannot be loaded
 */
export function loadRuntime(provider: Provider, threads: number, load: Load = requireFromHere): OnnxRuntime {
  const name = provider === 'wasm' ? 'onnxruntime-web' : 'onnxruntime-node';
  try {
    const runtime = load(name) as OnnxRuntime;
    if (provider === 'wasm') runtime.env.wasm.numThreads = threads;
    return runtime;
  } catch (cause) {
    const message = firstLine(cause);
    throw fail({
      code: 'ENGINE_UNAVAILABLE',
      where: 'engine onnx',
      what: provider === 'wasm' ? 'ONNX Runtime for WebAssembly cannot be loaded' : 'ONNX Runtime cannot be loaded',
      got: message,
      advice:
        provider === 'wasm'
          ? 'Install the packages again, or choose the engine tfjs'
          : `${adviceFor(message)}. The provider wasm needs no native library and is slower`,
      cause,
    });
  }
}

/**
 * Why the native build cannot be used, in a few words; undefined when it can.
 * @param load replaces the import in tests
 */
export function nativeAbsence(load: Load = requireFromHere): string | undefined {
  try {
    load('onnxruntime-node');
    return undefined;
  } catch (cause) {
    const message = firstLine(cause);
    return isMissing(message) ? 'onnxruntime-node is not installed' : `onnxruntime-node cannot be loaded: ${message}`;
  }
}

/** The provider that every machine has: the native build's CPU, or else WebAssembly. */
export function plainProvider(load?: Load): Provider {
  return nativeAbsence(load) === undefined ? 'cpu' : 'wasm';
}

/** How to get what the provider CUDA needs besides a device. */
export function cudaAdvice(): string {
  const needs = 'CUDA 12 and cuDNN 9 have to be installed, and the CUDA libraries of ONNX Runtime';
  if (platform !== 'linux-x64') return 'The npm package of ONNX Runtime brings CUDA to x64 Linux only';
  if (nativeAbsence() !== undefined) return needs;
  const script = join(dirname(requireFromHere.resolve('onnxruntime-node/package.json')), 'script', 'install.js');
  return `${needs}: \`node ${script}\` downloads those (some hundred MB)`;
}

const firstLine = (error: unknown): string => messageOf(error).split('\n')[0] ?? '';

const isMissing = (message: string): boolean => /Cannot find (module|package) '?onnxruntime-node/.test(message);

function adviceFor(message: string): string {
  if (/onnxruntime_binding\.node/.test(message) && /Cannot find module/.test(message))
    return `onnxruntime-node has no library for ${platform}: use 64-bit Linux, Windows or macOS`;
  if (isMissing(message)) {
    return 'npm left out onnxruntime-node because its install script, which downloads GPU libraries, did not succeed; `npm install --ignore-scripts` installs it without them';
  }
  if (/musl|ld-linux|GLIBC/.test(message))
    return 'It needs a Linux with a newer GNU C library (Debian 12, Ubuntu 22.04 or later; not Alpine)';
  if (/specified module could not be found|vcruntime|msvcp/i.test(message))
    return 'Install the Microsoft Visual C++ Redistributable';
  return 'Install the packages again';
}
