/** Sessions in this thread. A run holds the thread until it ends. */
import type { HostTensor, HostTensors } from '@foveate/contracts';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { runFailure, sessionFailure } from './failures.js';
import type { OnnxRuntime } from './runtime.js';
import { nextPrefix, statePrefix, type HostOptions, type SessionHost, type SessionPlan } from './session-host.js';

/** Runs sessions on the runtime it is given. */
export class LocalHost implements SessionHost {
  readonly #runtime: OnnxRuntime;
  readonly #options: HostOptions;
  readonly #sessions = new Map<number, InferenceSession>();
  readonly #states = new Map<number, Record<string, Tensor>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(runtime: OnnxRuntime, options: HostOptions) {
    this.#runtime = runtime;
    this.#options = options;
  }

  createSession(session: number, plan: SessionPlan): Promise<void> {
    return this.#inOrder(async () => {
      const { provider } = this.#options;
      const start = performance.now();
      try {
        const created = await this.#runtime.InferenceSession.create(plan.model, sessionOptions(this.#options, plan));
        this.#sessions.set(session, created);
        performance.measure('foveate:session', { start });
      } catch (error) {
        throw sessionFailure(error, provider);
      }
    });
  }

  disposeSession(session: number): Promise<void> {
    return this.#inOrder(async () => {
      await this.#sessions.get(session)?.release();
      this.#sessions.delete(session);
    });
  }

  writeState(state: number, values: HostTensors): Promise<void> {
    return this.#inOrder(() => {
      const tensors = this.#states.get(state) ?? {};
      this.#states.set(state, tensors);
      for (const [name, value] of Object.entries(values)) {
        tensors[name]?.dispose();
        tensors[name] = this.#tensor(value);
      }
    });
  }

  disposeState(state: number): Promise<void> {
    return this.#inOrder(() => {
      for (const tensor of Object.values(this.#states.get(state) ?? {})) tensor.dispose();
      this.#states.delete(state);
    });
  }

  run(session: number, state: number, inputs: HostTensors): Promise<HostTensors> {
    return this.#inOrder(async () => {
      const running = this.#sessions.get(session);
      const tensors = this.#states.get(state);
      if (running === undefined || tensors === undefined) throw new Error('This program or its state was disposed.');
      const feeds: Record<string, Tensor> = {};
      for (const [name, tensor] of Object.entries(tensors)) feeds[statePrefix + name] = tensor;
      for (const [name, value] of Object.entries(inputs)) feeds[name] = this.#tensor(value);
      let results: InferenceSession.ReturnType;
      try {
        results = await running.run(feeds);
      } catch (error) {
        throw runFailure(error, this.#options.provider);
      }
      const outputs: Record<string, HostTensor> = {};
      for (const [name, tensor] of Object.entries(results)) {
        if (name.startsWith(nextPrefix)) {
          const replaced = name.slice(nextPrefix.length);
          // Waiting for the garbage collector would pile up the states of many steps.
          tensors[replaced]?.dispose();
          tensors[replaced] = tensor;
        } else outputs[name] = hostTensor(tensor);
      }
      return outputs;
    });
  }

  close(): Promise<void> {
    for (const state of this.#states.keys()) void this.disposeState(state);
    for (const session of this.#sessions.keys()) void this.disposeSession(session);
    return this.#inOrder(() => undefined);
  }

  #tensor({ dtype, data, shape }: HostTensor): Tensor {
    return new this.#runtime.Tensor(dtype, data as Float32Array<ArrayBuffer>, shape);
  }

  /** Two runs at once would start from the same state, and one result would be lost. */
  #inOrder<T>(task: () => T | Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
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
