/** Backends of tfjs by name, and how each is started. Nothing is imported before it is asked for. */
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { fail, isFoveateError, messageOf, type Engine } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { engineOn, tfjsEngine } from './engine.js';
import { findNative, type NativePackage, type NativeSurroundings } from './native.js';
import { startWasm, wasmBackend } from './wasm/start.js';

/** Backends, the fastest first. */
export const tfjsBackends = ['node-gpu', 'node', 'wasm', 'cpu'] as const;

/** A backend of tfjs; its packages are `@tensorflow/tfjs-` and this name, `cpu` and `wasm` with `backend-` between. */
export type TfjsBackend = (typeof tfjsBackends)[number];

/** Settings of {@link loadTfjsEngine}. */
export interface TfjsEngineOptions {
  /** `auto`, the default, is the first of {@link tfjsBackends} that starts. */
  readonly backend?: TfjsBackend | 'auto';
  /** Threads of the WASM backend, 1 to 8; the number of processors when left out. The first engine of a process decides. */
  readonly threads?: number;
  /** Where native packages are looked for. */
  readonly surroundings?: NativeSurroundings;
}

/** The name under which both native packages register themselves. */
const nativeBackend = 'tensorflow';

/** The native package this process has imported: TensorFlow can be in it once. */
let nativeInUse: NativePackage | undefined;

async function nativeEngine(name: NativePackage, surroundings?: NativeSurroundings): Promise<Engine> {
  const { entry, version } = findNative(name, surroundings);
  if (nativeInUse !== undefined && nativeInUse !== name) {
    throw fail({
      code: 'ENGINE_UNAVAILABLE',
      where: name,
      what: `This process already uses ${nativeInUse}; there can be one TensorFlow in a process`,
      advice: 'Start another process',
    });
  }
  const { backendName } = tf.engine();
  try {
    await import(pathToFileURL(entry).href);
    nativeInUse = name;
  } catch (cause) {
    throw fail({
      code: 'ENGINE_UNAVAILABLE',
      where: name,
      what: 'The package cannot be loaded',
      got: messageOf(cause).split('\n', 1)[0] ?? '',
      advice: `Run 'npm rebuild ${name}', or use the engine 'onnx'`,
      cause,
    });
  }
  // The package made itself the active backend.
  if (backendName !== undefined && backendName !== '') void tf.engine().setBackend(backendName);
  if ((tf.findBackendFactory(nativeBackend) as unknown) === null) {
    throw fail({
      code: 'ENGINE_UNAVAILABLE',
      where: name,
      what: 'The package uses another copy of @tensorflow/tfjs-core',
      expected: `version ${tf.version_core} for both`,
      got: `${name} ${version}`,
      advice: `Install ${name}@${tf.version_core}, so that npm keeps one copy ('npm ls @tensorflow/tfjs-core')`,
    });
  }
  return engineOn(nativeBackend, {
    description: `tfjs ${tf.version_core}, TensorFlow by ${name} ${version}`,
    versions: { 'tfjs-core': tf.version_core, [name.replace('@tensorflow/', '')]: version },
  });
}

async function wasmEngine(wanted: number): Promise<Engine> {
  const { version, threads, simd } = await startWasm(wanted);
  const how = `WASM${simd ? ' with SIMD' : ''}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  return engineOn(wasmBackend, {
    description: `tfjs ${tf.version_core}, ${how}`,
    versions: { 'tfjs-core': tf.version_core, 'tfjs-backend-wasm': version },
  });
}

/**
 * An engine on a backend of tfjs.
 * @throws FoveateError `ENGINE_UNAVAILABLE` saying why a backend asked for by name does not start and what to do
 */
export async function loadTfjsEngine({
  backend = 'auto',
  threads = availableParallelism(),
  surroundings,
}: TfjsEngineOptions = {}): Promise<Engine> {
  switch (backend) {
    case 'auto':
      for (const name of tfjsBackends) {
        try {
          return await loadTfjsEngine({
            backend: name,
            threads,
            ...(surroundings === undefined ? {} : { surroundings }),
          });
        } catch (error) {
          if (!isFoveateError(error)) throw error;
        }
      }
      // `cpu` starts everywhere; this line is for the compiler.
      return tfjsEngine();
    case 'node-gpu':
    case 'node':
      return nativeEngine(`@tensorflow/tfjs-${backend}`, surroundings);
    case 'wasm':
      return wasmEngine(threads);
    case 'cpu':
      return tfjsEngine();
  }
}
