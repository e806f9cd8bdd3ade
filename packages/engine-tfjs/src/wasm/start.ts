/** Starts the WASM backend of tfjs, once per process, and makes it able to train. */
import { fail, messageOf } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { registerTrainingKernels } from './training-kernels.js';
import { maximalThreads, processGuard, threadedBackend } from './threads.js';

/** The backend's name in tfjs-core. */
export const wasmBackend = 'wasm';

/** How the backend was started. */
export interface WasmStart {
  readonly version: string;
  readonly threads: number;
  readonly simd: boolean;
}

type Wasm = typeof import('@tensorflow/tfjs-backend-wasm');

let started: Promise<WasmStart> | undefined;

/**
 * Starts the backend; a process has one, so a later call gets what the first call started.
 * @param threads 1 or more; those of the first call count
 * @throws FoveateError `ENGINE_UNAVAILABLE`
 */
export function startWasm(threads: number): Promise<WasmStart> {
  started ??= start(Math.min(threads, maximalThreads)).catch((cause: unknown) => {
    started = undefined;
    throw fail({
      code: 'ENGINE_UNAVAILABLE',
      what: 'The WASM backend of tfjs does not start',
      got: messageOf(cause),
      advice: "Use the engine 'onnx', or 'tfjs' with backend 'cpu'",
      cause,
    });
  });
  return started;
}

async function start(threads: number): Promise<WasmStart> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const simd = (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) as boolean;
  const restore = processGuard();
  const backend = await create(wasm, simd ? threads : 1).finally(restore);
  tf.removeBackend(wasmBackend);
  // Priority 0: programs that choose no backend keep the one they had.
  tf.registerBackend(wasmBackend, () => backend, 0);
  registerTrainingKernels(wasmBackend);
  return { version: wasm.version_wasm, threads: wasm.getThreadsCount(), simd };
}

async function create(wasm: Wasm, threads: number): Promise<tf.KernelBackend> {
  const single = tf.findBackendFactory(wasmBackend);
  if (threads === 1) return single();
  // A process that may not start workers still computes on one thread.
  return threadedBackend(wasm, threads).catch(() => single());
}
