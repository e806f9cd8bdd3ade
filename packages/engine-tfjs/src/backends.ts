import { availableParallelism } from 'node:os';
import type { Engine } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { engineOn, tfjsEngine } from './engine.js';
import { startWasm, wasmBackend } from './wasm/start.js';

/** An engine on the WASM backend. */
export async function wasmEngine(wanted = availableParallelism()): Promise<Engine> {
  const { version, threads, simd } = await startWasm(wanted);
  return engineOn(wasmBackend, {
    description: `tfjs ${tf.version_core}, WASM${simd ? ' with SIMD' : ''}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    versions: { 'tfjs-core': tf.version_core, 'tfjs-backend-wasm': version },
  });
}
export { tfjsEngine };
