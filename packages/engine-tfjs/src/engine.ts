/**
 * Eager execution on one tfjs backend. Which backends there are and how they are started is not known here: a backend that
 * is named here is registered and starts synchronously.
 */
import {
  fail,
  type CompiledProgram,
  type Engine,
  type EngineInfo,
  type EngineState,
  type HostTensor,
  type HostTensors,
  type Program,
  type ProgramOptions,
} from '@foveate/contracts';
import { checkInputs, refuseState, type InputKinds } from '@foveate/tensor';
import { version_cpu } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { toHost, toTensor } from './host-tensors.js';

// The backend's advice to install tfjs-node is not for users who chose this engine.
tf.env().set('PROD', true);

/** Runs `body` with a backend active, whatever was active before. Synchronous, so that engines never interleave. */
function onBackend<T>(backend: string, body: () => T): T {
  const engine = tf.engine();
  const previous = engine.backendName;
  if (previous === backend) return body();
  // The switch is complete when the call returns, because the backend starts synchronously.
  void engine.setBackend(backend);
  try {
    return body();
  } finally {
    if (previous !== undefined && previous !== '') void engine.setBackend(previous);
  }
}

/** State as tensors of one backend. */
class TfjsState implements EngineState {
  readonly backend: string;
  tensors: Record<string, tf.Tensor>;

  constructor(backend: string, values: HostTensors) {
    this.backend = backend;
    this.tensors = onBackend(backend, () =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, tf.keep(toTensor(value))])),
    );
  }

  read(names: readonly string[] = Object.keys(this.tensors)): Promise<HostTensors> {
    const values = names.map((name) => [name, toHost(this.get(name))] as const);
    return Promise.resolve(Object.fromEntries(values));
  }

  write(values: HostTensors): Promise<void> {
    onBackend(this.backend, () => {
      for (const [name, value] of Object.entries(values)) this.replace(name, toTensor(value));
    });
    return Promise.resolve();
  }

  replace(name: string, tensor: tf.Tensor): void {
    const old = this.get(name);
    this.tensors[name] = tf.keep(tensor);
    old.dispose();
  }

  dispose(): void {
    tf.dispose(this.tensors);
    this.tensors = {};
  }

  private get(name: string): tf.Tensor {
    const tensor = this.tensors[name];
    if (tensor === undefined) throw fail({ code: 'ENGINE_INPUT', what: `The state has no value '${name}'` });
    return tensor;
  }
}

function run(program: Program, state: TfjsState, inputs: HostTensors, { constantState }: ProgramOptions): HostTensors {
  return onBackend(state.backend, () => {
    const outputs: Record<string, HostTensor> = {};
    tf.tidy(() => {
      const tensors = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, toTensor(value)]));
      const result = program(tensors, state.tensors);
      if (constantState === true) refuseState(Object.keys(result.state ?? {}));
      for (const [name, tensor] of Object.entries(result.outputs)) outputs[name] = toHost(tensor);
      // A clone survives the tidy also when the program returned an input or an old state value.
      for (const [name, tensor] of Object.entries(result.state ?? {})) state.replace(name, tf.clone(tensor));
    });
    return outputs;
  });
}

/** A kernel the backend lacks, as an error that says so; any other error as it is. */
function explained(error: unknown, backend: string): unknown {
  const kernel = error instanceof Error ? /Kernel '(\w+)' not registered/.exec(error.message)?.[1] : undefined;
  if (kernel === undefined) return error;
  return fail({
    code: 'ENGINE_UNSUPPORTED',
    what: `The tfjs backend '${backend}' has no kernel '${kernel}'`,
    advice: "Use the engine 'onnx', or 'tfjs' with backend 'cpu'",
    cause: error,
  });
}

function compile(backend: string, program: Program, state: EngineState, options: ProgramOptions = {}): CompiledProgram {
  if (!(state instanceof TfjsState) || state.backend !== backend) {
    throw fail({
      code: 'ENGINE_INPUT',
      what: 'The state was made by another engine',
      expected: `one of tfjs backend '${backend}'`,
      advice: 'Read its values and create a state with them here',
    });
  }
  let kinds: InputKinds | undefined;
  return {
    run: async (inputs) => {
      kinds = checkInputs(inputs, kinds);
      try {
        return await Promise.resolve(run(program, state, inputs, options));
      } catch (error) {
        throw explained(error, backend);
      }
    },
    dispose: () => undefined,
  };
}

/**
 * An engine on a registered tfjs backend.
 * @param backend name in tfjs-core's registry; must start synchronously
 */
export function engineOn(backend: string, info: EngineInfo): Engine {
  return {
    info,
    createState: (values) => new TfjsState(backend, values),
    compile: (program, state, options) => compile(backend, program, state, options),
    openModel: async (format, files) => {
      if (format !== 'tfjs') return undefined;
      // The reader of models is larger than tfjs' core, and only exports are tried with it.
      const { openGraphModel } = await import('./open-graph-model.js');
      return openGraphModel(files, (work) => onBackend(backend, work));
    },
    dispose: () => undefined,
  };
}

/**
 * An engine on tfjs' pure JavaScript backend: no native code, every operation, about a thousand times slower than ONNX
 * Runtime; the numerical oracle. Needs no start, unlike the engines of `loadTfjsEngine`.
 */
export function tfjsEngine(): Engine {
  return engineOn('cpu', {
    description: `tfjs ${tf.version_core}, pure JavaScript`,
    versions: { 'tfjs-core': tf.version_core, 'tfjs-backend-cpu': version_cpu },
  });
}
