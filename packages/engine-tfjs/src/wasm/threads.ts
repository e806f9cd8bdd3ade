/**
 * The WASM backend on several threads. tfjs-backend-wasm ships a multi-threaded binary but never uses it in Node, because
 * its loader makes workers from blob URLs, which Node's worker_threads cannot open (tensorflow/tfjs issue 3830). The
 * binary itself runs in Node once its workers are started from a data URL; that is what this file does.
 */
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/** More workers than these the binary does not start. */
export const maximalThreads = 8;

const binary = 'tfjs-backend-wasm-threaded-simd';

/** The part of an Emscripten module that is used here. */
interface WasmModule {
  cwrap(name: string, returns: 'number' | null, takes: readonly 'number'[]): (...values: number[]) => number;
  tfjs: Readonly<Record<string, (...values: number[]) => number>>;
  readonly PThread: { readonly unusedWorkers: Worker[]; readonly runningWorkers: Worker[] };
}

interface Worker {
  unref(): void;
  terminate(): Promise<number>;
}

type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** WebAssembly as far as it is used here; its types come with those of browsers only. */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    instantiate(bytes: Uint8Array, imports: Imports): Promise<{ readonly instance: object; readonly module: object }>;
  };
};

interface ModuleSettings {
  locateFile(file: string): string | URL;
  readonly mainScriptUrlOrBlob: string;
  instantiateWasm(imports: Imports, done: (instance: object, module: object) => void): object;
}

/** An ES module that runs the worker's CommonJS script. */
function workerUrl(script: string, file: string): URL {
  const path = JSON.stringify(file);
  const prelude = [
    `import { createRequire } from 'node:module';`,
    `const require = createRequire(${path});`,
    `const __filename = ${path};`,
  ].join('');
  // A template literal in the package turned the script's escaped line ends into real ones.
  return new URL(`data:text/javascript,${encodeURIComponent(prelude + script.replaceAll('\n', '\\n'))}`);
}

/** @returns a function that takes back what Emscripten's code does to the process: listeners that rethrow, and `Worker` */
export function processGuard(): () => void {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => process.listeners(event as 'uncaughtException'));
  const globals = globalThis as { Worker?: unknown };
  const { Worker } = globals;
  return () => {
    events.forEach((event, index) => {
      for (const listener of process.listeners(event as 'uncaughtException')) {
        if (before[index]?.includes(listener) !== true) process.removeListener(event, listener);
      }
    });
    if (Worker === undefined) delete globals.Worker;
    else globals.Worker = Worker;
  };
}

async function loadModule(threads: number): Promise<WasmModule> {
  const require = createRequire(import.meta.url);
  const script = require.resolve(`@tensorflow/tfjs-backend-wasm/wasm-out/${binary}.js`);
  const bytes = await readFile(join(dirname(script), `${binary}.wasm`));
  const { wasmWorkerContents } = require(`@tensorflow/tfjs-backend-wasm/wasm-out/${binary}.worker.js`) as {
    wasmWorkerContents: string;
  };
  const create = require(`@tensorflow/tfjs-backend-wasm/wasm-out/${binary}.js`) as (
    settings: ModuleSettings,
  ) => Promise<WasmModule>;
  const module = await new Promise<WasmModule>((resolve, reject) => {
    create({
      locateFile: (file) => (file.endsWith('.worker.js') ? workerUrl(wasmWorkerContents, script) : file),
      mainScriptUrlOrBlob: script,
      instantiateWasm: (imports, done) => {
        // The binary takes half of these at most.
        const env = { ...imports['env'], emscripten_num_logical_cores: () => 2 * threads };
        WebAssembly.instantiate(bytes, { ...imports, env }).then(({ instance, module }) => {
          done(instance, module);
        }, reject);
        return {};
      },
    }).then(resolve, reject);
  });
  const nothing = [] as const;
  module.tfjs = {
    init: module.cwrap('init', null, nothing),
    initWithThreadsCount: module.cwrap('init_with_threads_count', null, ['number']),
    getThreadsCount: module.cwrap('get_threads_count', 'number', nothing),
    registerTensor: module.cwrap('register_tensor', null, ['number', 'number', 'number']),
    disposeData: module.cwrap('dispose_data', null, ['number']),
    dispose: module.cwrap('dispose', null, nothing),
  };
  return module;
}

/**
 * Makes the backend, not yet registered. Its workers do not keep the process alive.
 * @param threads 2 to {@link maximalThreads}
 * @throws whatever Node says when it lets no worker start
 */
export async function threadedBackend(
  { BackendWasm: Backend, setThreadsCount }: typeof import('@tensorflow/tfjs-backend-wasm'),
  threads: number,
): Promise<BackendWasm> {
  const module = await loadModule(threads);
  setThreadsCount(threads);
  const backend = new Backend(module as unknown as ConstructorParameters<typeof Backend>[0]);
  const { unusedWorkers, runningWorkers } = module.PThread;
  for (const worker of runningWorkers) worker.unref();
  await Promise.all(unusedWorkers.splice(0).map((worker) => worker.terminate()));
  return backend;
}
