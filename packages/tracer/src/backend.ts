/**
 * A tfjs backend that computes nothing: each kernel appends nodes to a graph and returns a tensor whose shape is known and
 * whose values are not. tfjs' own autodiff runs on top unchanged, nested gradients included.
 */
import { fail } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import type { GraphBuilder } from './builder.js';
import { callSite } from './call-site.js';
import { constantOf } from './constants.js';
import type { Lazy } from './layout.js';
import { lowerings } from './kernels/index.js';
import { located, refuseRandom, unsupportedKernel, valueRead } from './refusals.js';

const backendName = 'foveate-trace';

type DataId = object;

/** A tensor of the trace. Values of variables become known, as inputs of the graph, when they are first read. */
interface Entry {
  lazy: Lazy | (() => Lazy);
  count: number;
}

class TraceBackend extends tf.KernelBackend {
  #data = new WeakMap<DataId, Entry>();
  #captured = new Map<tf.TensorInfo, Lazy>();
  #live = 0;
  #builder: GraphBuilder | undefined;

  /** Starts a new graph. */
  begin(builder: GraphBuilder): void {
    if (this.#builder !== undefined) {
      throw fail({ code: 'ENGINE_UNSUPPORTED', what: 'A program under trace cannot trace another', where: callSite() });
    }
    this.#builder = builder;
    this.#data = new WeakMap();
    this.#captured = new Map();
    this.#live = 0;
  }

  /** Forgets the graph. */
  end(): void {
    this.#builder = undefined;
  }

  get tracing(): boolean {
    return this.#builder !== undefined;
  }

  get builder(): GraphBuilder {
    if (this.#builder !== undefined) return this.#builder;
    throw fail({
      code: 'ENGINE_UNSUPPORTED',
      what: 'No program is being traced',
      where: callSite(),
      advice: 'Choose a tfjs backend for eager work first, for example with tf.setBackend("cpu")',
    });
  }

  /** What is known of a tensor. One of another backend becomes a constant; it is read, not moved. */
  lazy(tensor: tf.TensorInfo): Lazy {
    const { dataId, shape, dtype } = tensor;
    const entry = this.#data.get(dataId);
    if (entry !== undefined) {
      if (typeof entry.lazy === 'function') entry.lazy = entry.lazy();
      return entry.lazy;
    }
    const owner = ownerOf(dataId);
    if (owner === undefined || owner === this) {
      throw fail({
        code: 'ENGINE_UNSUPPORTED',
        what: 'A tensor of an earlier trace is used',
        where: callSite(),
        advice:
          'Tensors made while a program is traced end with the trace. Return them as outputs instead of keeping them',
      });
    }
    const lazy = this.#captured.get(tensor) ?? constantOf(this.builder, tf.engine().readSync(dataId), shape, dtype);
    this.#captured.set(tensor, lazy);
    return lazy;
  }

  /** The tensors of other backends whose values became constants. */
  captured(): tf.Tensor[] {
    return [...this.#captured.keys()].filter((tensor) => tensor instanceof tf.Tensor);
  }

  /** A tfjs tensor info for a traced tensor. */
  info({ shape, type }: Pick<Lazy, 'shape' | 'type'>, lazy: Entry['lazy']): tf.TensorInfo {
    const dataId = {};
    this.#data.set(dataId, { lazy, count: 1 });
    this.#live++;
    return { dataId, shape: [...shape], dtype: type };
  }

  /** Values made in JavaScript (`tf.scalar`, `tf.tensor`) become constants. */
  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): DataId {
    refuseRandom();
    const lazy = constantOf(this.builder, values, shape, dtype);
    return this.info(lazy, lazy).dataId;
  }

  override readSync(): never {
    throw valueRead(this.tracing);
  }

  override read(): Promise<never> {
    return Promise.reject(valueRead(this.tracing));
  }

  override numDataIds(): number {
    return this.#live;
  }

  override refCount(dataId: DataId): number {
    return this.#data.get(dataId)?.count ?? 0;
  }

  override incRef(dataId: DataId): void {
    const entry = this.#data.get(dataId);
    if (entry !== undefined) entry.count++;
    else {
      // tfjs asks the active backend, whoever owns the data: a variable may be assigned a captured tensor.
      const owner = ownerOf(dataId);
      if (owner !== this) owner?.incRef(dataId);
    }
  }

  decRef(dataId: DataId): void {
    const entry = this.#data.get(dataId);
    if (entry !== undefined) entry.count--;
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const entry = this.#data.get(dataId);
    if (entry === undefined) return true;
    entry.count--;
    if (!force && entry.count > 0) return false;
    // The graph may still need the value; only the tensor is gone.
    this.#data.delete(dataId);
    this.#live--;
    return true;
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override timerAvailable(): boolean {
    return false;
  }

  override dispose(): void {
    this.end();
  }
}

function ownerOf(dataId: DataId): tf.KernelBackend | undefined {
  return tf.engine().state.tensorInfo.get(dataId)?.backend;
}

const backend = new TraceBackend();
let registered = false;

/** Registers the backend and a kernel for every name tfjs-core knows; those without lowering fail with advice. */
function register(): void {
  if (registered) return;
  registered = true;
  tf.registerBackend(backendName, () => backend, 0);
  const names = Object.entries(tf).flatMap(([key, value]) =>
    typeof value === 'string' && key === value ? [value] : [],
  );
  for (const kernelName of new Set([...names, ...Object.keys(lowerings), 'Max', 'Softmax'])) {
    tf.registerKernel({ kernelName, backendName, kernelFunc: (call) => lower(kernelName, call) });
  }
}

function lower(kernelName: string, call: Parameters<tf.KernelFunc>[0]): tf.TensorInfo | tf.TensorInfo[] {
  const lowering = lowerings[kernelName];
  if (lowering === undefined) throw unsupportedKernel(kernelName);
  const b = backend.builder;
  b.origin.text = `${kernelName} @ ${callSite()}`;
  const entries = Object.entries(call.inputs as Record<string, tf.TensorInfo | null | undefined>).flatMap(
    ([name, info]) => (info === undefined || info === null ? [] : [[name, backend.lazy(info)] as const]),
  );
  const result = located(kernelName, () =>
    lowering({
      b,
      inputs: Object.fromEntries(entries),
      list: Array.isArray(call.inputs) ? entries.map(([, lazy]) => lazy) : [],
      attrs: call.attrs ?? {},
    }),
  );
  return Array.isArray(result) ? result.map((lazy) => backend.info(lazy, lazy)) : backend.info(result, result);
}

/**
 * Runs `body` with tracing switched on. `body` must be synchronous; tensors it returns are dead afterwards.
 * @param body receives the trace, to make inputs and to look results up
 */
export function withTracing<T>(builder: GraphBuilder, body: (trace: TraceSession) => T): T {
  register();
  const engine = tf.engine();
  const previous = engine.backendName;
  const limit = Error.stackTraceLimit;
  backend.begin(builder);
  // Initialisation is synchronous for this backend, so the switch is complete when the call returns.
  void engine.setBackend(backendName);
  Error.stackTraceLimit = 60;
  let afterwards = (): void => undefined;
  try {
    const session: TraceSession = {
      tensor: (form, lazy) => engine.makeTensorFromTensorInfo(backend.info(form, lazy)),
      lazy: (tensor) => backend.lazy(tensor),
      captured: () => backend.captured(),
      afterwards: (action) => {
        afterwards = action;
      },
    };
    // Not returned from the tidy: it would search the whole graph for tensors.
    const results: T[] = [];
    tf.tidy(() => {
      results.push(body(session));
    });
    return results[0] as T;
  } finally {
    Error.stackTraceLimit = limit;
    backend.end();
    if (previous !== undefined && previous !== '') void engine.setBackend(previous);
    afterwards();
  }
}

/** What a trace under way offers. */
export interface TraceSession {
  /** Makes a tensor the program can use. @param lazy a function is called when the tensor is first used */
  tensor(form: Pick<Lazy, 'shape' | 'type'>, lazy: Lazy | (() => Lazy)): tf.Tensor;
  /** Looks up what the graph knows of a tensor. */
  lazy(tensor: tf.Tensor): Lazy;
  /** Tensors from outside whose values are in the graph now. */
  captured(): tf.Tensor[];
  /** Names what shall happen once the backend of before is active again, also when `body` fails. */
  afterwards(action: () => void): void;
}
