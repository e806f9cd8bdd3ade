/** Sessions in this thread. A run holds the thread until it ends. */
import type { HostTensor, HostTensors } from '@foveate/contracts';
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { withConstants } from './constant-state.js';
import { runFailure, sessionFailure } from './failures.js';
import { Queue } from './queue.js';
import type { OnnxRuntime } from './runtime.js';
import { nextPrefix, statePrefix, type HostOptions, type SessionHost, type SessionPlan } from './session-host.js';

/** Values and how often they were replaced from outside the sessions that hold them as constants. */
interface State {
  readonly tensors: Record<string, Tensor>;
  version: number;
}

interface Session {
  onnx: InferenceSession;
  /** For a session with constants: how to make it anew, and the version of the state in it. */
  constants?: { readonly plan: SessionPlan; version: number };
}

/** Runs sessions on the runtime it is given. */
export class LocalHost implements SessionHost {
  readonly #runtime: OnnxRuntime;
  readonly #options: HostOptions;
  readonly #sessions = new Map<number, Session>();
  readonly #states = new Map<number, State>();
  /** Two runs at once would start from the same state, and one result would be lost. */
  readonly #queue = new Queue();

  constructor(runtime: OnnxRuntime, options: HostOptions) {
    this.#runtime = runtime;
    this.#options = options;
  }

  createSession(session: number, plan: SessionPlan): Promise<void> {
    return this.#queue.add(async () => {
      const onnx = await this.#create(plan);
      const version = this.#states.get(plan.constantState ?? NaN)?.version;
      this.#sessions.set(session, { onnx, ...(version !== undefined && { constants: { plan, version } }) });
    });
  }

  async #create(plan: SessionPlan): Promise<InferenceSession> {
    const start = performance.now();
    const constants = this.#states.get(plan.constantState ?? NaN);
    try {
      const model = constants === undefined ? plan.model : withConstants(plan.model, constants.tensors);
      return await this.#runtime.InferenceSession.create(model, sessionOptions(this.#options, plan));
    } catch (error) {
      throw sessionFailure(error, this.#options.provider);
    } finally {
      performance.measure('foveate:session', { start });
    }
  }

  disposeSession(session: number): Promise<void> {
    return this.#queue.add(async () => {
      await this.#sessions.get(session)?.onnx.release();
      this.#sessions.delete(session);
    });
  }

  writeState(state: number, values: HostTensors): Promise<void> {
    return this.#queue.add(() => {
      const known = this.#states.get(state) ?? { tensors: {}, version: 0 };
      this.#states.set(state, known);
      known.version++;
      const { tensors } = known;
      for (const [name, value] of Object.entries(values)) {
        tensors[name]?.dispose();
        tensors[name] = this.#tensor(value);
      }
    });
  }

  disposeState(state: number): Promise<void> {
    return this.#queue.add(() => {
      for (const tensor of Object.values(this.#states.get(state)?.tensors ?? {})) tensor.dispose();
      this.#states.delete(state);
    });
  }

  run(session: number, state: number, inputs: HostTensors): Promise<HostTensors> {
    return this.#queue.add(async () => {
      const running = this.#sessions.get(session);
      const known = this.#states.get(state);
      if (running === undefined || known === undefined) throw new Error('This program or its state was disposed.');
      const { tensors } = known;
      const feeds: Record<string, Tensor> = {};
      if (running.constants === undefined)
        for (const [name, tensor] of Object.entries(tensors)) feeds[statePrefix + name] = tensor;
      else if (running.constants.version !== known.version) {
        const onnx = await this.#create(running.constants.plan);
        await running.onnx.release();
        running.onnx = onnx;
        running.constants.version = known.version;
      }
      for (const [name, value] of Object.entries(inputs)) feeds[name] = this.#tensor(value);
      let results: InferenceSession.ReturnType;
      try {
        results = await running.onnx.run(feeds);
      } catch (error) {
        throw runFailure(error, this.#options.provider);
      }
      const outputs: Record<string, HostTensor> = {};
      let replaces = false;
      for (const [name, tensor] of Object.entries(results)) {
        if (name.startsWith(nextPrefix)) {
          const replaced = name.slice(nextPrefix.length);
          // Waiting for the garbage collector would pile up the states of many steps.
          tensors[replaced]?.dispose();
          tensors[replaced] = tensor;
          replaces = true;
        } else outputs[name] = hostTensor(tensor);
      }
      if (replaces) known.version++;
      return outputs;
    });
  }

  close(): Promise<void> {
    for (const state of this.#states.keys()) void this.disposeState(state);
    for (const session of this.#sessions.keys()) void this.disposeSession(session);
    return this.#queue.add(() => undefined);
  }

  #tensor({ dtype, data, shape }: HostTensor): Tensor {
    return new this.#runtime.Tensor(dtype, data as Float32Array<ArrayBuffer>, shape);
  }
}

/** How sessions are created everywhere. */
export function sessionOptions(
  { provider, threads }: HostOptions,
  { cpuNodes, replaces }: SessionPlan,
): InferenceSession.SessionOptions {
  const onDevice = Object.fromEntries(replaces.map((name) => [nextPrefix + name, 'gpu-buffer' as const]));
  return {
    // An empty list of names is refused.
    executionProviders: [cpuNodes.length === 0 ? provider : { name: 'webgpu', forceCpuNodeNames: cpuNodes }],
    // The other providers copy their state to the host and back; there is no other way from Node.
    ...(provider === 'webgpu' ? { preferredOutputLocation: onDevice } : {}),
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    // Planning one block for all values of a step doubles the peak memory of a training step and saves no time.
    enableMemPattern: false,
    // What goes wrong is thrown; standard error belongs to the program.
    logSeverityLevel: 4,
  };
}

function hostTensor(tensor: Tensor): HostTensor {
  const shape = tensor.dims;
  if (tensor.type === 'int32') return { dtype: 'int32', shape, data: tensor.data as Int32Array };
  const data = tensor.type === 'bool' ? Float32Array.from(tensor.data as Uint8Array) : (tensor.data as Float32Array);
  return { dtype: 'float32', shape, data };
}
