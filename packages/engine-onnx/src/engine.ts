/**
 * Programs as ONNX graphs on ONNX Runtime. A program is traced in this thread, once per input signature; its sessions
 * and its state live in a session host.
 */
import { availableParallelism } from 'node:os';
import type { Engine } from '@foveate/contracts';
import { LocalHost } from './local-host.js';
import { openModel } from './open-model.js';
import { OnnxProgram, type ProgramHost } from './program.js';
import { chooseProvider } from './provider-trial.js';
import type { Provider } from './providers.js';
import { loadRuntime, plainProvider } from './runtime.js';
import type { HostOptions, SessionHost } from './session-host.js';
import { OnnxState } from './state.js';
import { WorkerHost } from './worker-host.js';

/** Settings of {@link onnxEngine}. */
export interface OnnxEngineOptions {
  /** Threads of one step, 1 or more; the number of processors when left out. */
  readonly threads?: number;
  /** Execution provider; the CPU when left out, or WebAssembly where the native library cannot be loaded. */
  readonly provider?: Provider;
  /** True: steps run in a worker, so that timers, signals and sockets of this thread are served meanwhile. */
  readonly worker?: boolean;
}

/** Settings of {@link openOnnxEngine}. */
export interface OpenOnnxEngineOptions extends Omit<OnnxEngineOptions, 'provider'> {
  /** `auto`, the default: the fastest provider that works here. */
  readonly provider?: Provider | 'auto';
}

/**
 * An engine on ONNX Runtime that uses the provider it is told to, untried.
 * @throws FoveateError `ENGINE_UNAVAILABLE` when ONNX Runtime cannot be loaded
 */
export function onnxEngine(options: OnnxEngineOptions = {}): Engine {
  return makeEngine(options, '');
}

/**
 * An engine on ONNX Runtime whose provider was tried with a small training step first; `info.description` says which one
 * it is and, for `auto`, why not another. Where there is no accelerator, nothing is tried and nothing delayed.
 * @throws FoveateError `ENGINE_UNAVAILABLE` when ONNX Runtime cannot be loaded, or a provider named does not work
 */
export async function openOnnxEngine({ provider = 'auto', ...rest }: OpenOnnxEngineOptions = {}): Promise<Engine> {
  const choice = await chooseProvider(provider, rest.threads ?? availableParallelism());
  return makeEngine({ ...rest, provider: choice.provider }, choice.remark);
}

function makeEngine(
  { threads = availableParallelism(), provider = plainProvider(), worker = false }: OnnxEngineOptions,
  remark: string,
): Engine {
  // Also with a worker, where a library that cannot be loaded could not be reported from here.
  const runtime = loadRuntime(provider, threads);
  const options: HostOptions = { provider, threads };
  const host: SessionHost = worker ? new WorkerHost(options) : new LocalHost(runtime, options);
  let ids = 0;
  const on: ProgramHost = { host, provider, nextId: () => ids++ };
  const { node, web, common } = runtime.env.versions;
  const version = (provider === 'wasm' ? web : node) ?? common;
  const chosen = remark === '' ? provider : `${provider} (${remark})`;
  return {
    info: {
      description: [
        `ONNX Runtime ${version}`,
        chosen,
        `${threads} ${threads === 1 ? 'thread' : 'threads'}`,
        ...(worker ? ['in a worker'] : []),
      ].join(', '),
      versions: { [provider === 'wasm' ? 'onnxruntime-web' : 'onnxruntime-node']: version },
    },
    createState: (values) => new OnnxState(values, on),
    compile: (program, state, how) => new OnnxProgram(program, state as OnnxState, on, how),
    openModel: async (format, { 'model.onnx': onnx }) =>
      format === 'onnx' && onnx !== undefined ? openModel(runtime, onnx, options) : undefined,
    dispose: () => {
      host.close().catch(() => undefined);
    },
  };
}
