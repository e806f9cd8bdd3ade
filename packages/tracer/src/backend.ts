/**
 * A tfjs backend that computes nothing: each kernel appends nodes to a graph and returns a tensor whose shape is known and
 * whose values are not. tfjs' own autodiff runs on top unchanged, nested gradients included.
 */
import { fileURLToPath } from 'node:url';
import { fail } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { GraphBuilder } from './builder.js';
import type { ConstantData } from './ir.js';
import { plain, uniform, type Lazy } from './layout.js';
import { lowerings } from './kernels/index.js';

const backendName = 'foveate-trace';

/** tfjs functions that draw random numbers in JavaScript; their values would be frozen into the graph. */
const randomFunctions =
  /\b(randomNormal|randomUniform|truncatedNormal|randomGamma|randomStandardNormal|randomUniformInt|rand|dropout|multinomial)_\b/;

type DataId = object;

class TraceBackend extends tf.KernelBackend {
  #data = new WeakMap<DataId, { lazy: Lazy; count: number }>();
  #live = 0;
  #builder: GraphBuilder | undefined;

  /** Starts a new graph. */
  begin(builder: GraphBuilder): void {
    this.#builder = builder;
    this.#data = new WeakMap();
    this.#live = 0;
  }

  /** Forgets the graph. */
  end(): void {
    this.#builder = undefined;
  }

  get builder(): GraphBuilder {
    if (this.#builder === undefined) throw new Error('tensors of a finished trace cannot be used');
    return this.#builder;
  }

  /** What is known of a tensor. */
  lazy(dataId: DataId): Lazy {
    const entry = this.#data.get(dataId);
    if (entry === undefined) throw new Error('this tensor belongs to another trace');
    return entry.lazy;
  }

  /** A tfjs tensor info for a traced tensor. */
  info(lazy: Lazy): tf.TensorInfo {
    const dataId = {};
    this.#data.set(dataId, { lazy, count: 1 });
    this.#live++;
    return { dataId, shape: [...lazy.shape], dtype: lazy.type };
  }

  /** Values made in JavaScript (`tf.scalar`, `tf.tensor`, captured tensors of another backend) become constants. */
  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): DataId {
    refuseRandom();
    return this.info(constantOf(this.builder, values, shape, dtype)).dataId;
  }

  override move(dataId: DataId, values: tf.BackendValues, shape: number[], dtype: tf.DataType, count: number): void {
    this.#data.set(dataId, { lazy: constantOf(this.builder, values, shape, dtype), count });
    this.#live++;
  }

  override readSync(): never {
    throw valueRead();
  }

  override read(): Promise<never> {
    return Promise.reject(valueRead());
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

function valueRead(): Error {
  return fail({
    code: 'ENGINE_UNSUPPORTED',
    what: 'A traced program cannot read the values of a tensor',
    where: callSite(),
    advice:
      'While a program is traced its tensors have shapes but no values. Return the tensor as an output and read it after the run, or decide with tf.where instead of if',
  });
}

function refuseRandom(): void {
  const name = randomFunctions.exec(new Error().stack ?? '')?.[1];
  if (name === undefined) return;
  throw fail({
    code: 'ENGINE_UNSUPPORTED',
    what: `tf.${name} draws its numbers once, while the program is traced; every run would repeat them`,
    where: callSite(),
    advice: 'Draw the numbers outside, with random() of @foveate/contracts, and pass them in as an input',
  });
}

/** Constants that repeat one number become a uniform scalar: gradients make many, and large ones. */
function constantOf(b: GraphBuilder, values: tf.BackendValues, shape: readonly number[], dtype: tf.DataType): Lazy {
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
    throw fail({
      code: 'ENGINE_UNSUPPORTED',
      what: `Tensors of type ${dtype} cannot be traced`,
      where: callSite(),
      expected: 'float32, int32 or bool',
    });
  }
  const numbers = values as ArrayLike<number>;
  const first = numbers[0];
  if (first !== undefined && Array.prototype.every.call(numbers, (value) => value === first)) {
    return uniform(b, first, shape, dtype);
  }
  const data: ConstantData =
    dtype === 'float32'
      ? Float32Array.from(numbers)
      : dtype === 'int32'
        ? Int32Array.from(numbers)
        : Uint8Array.from(numbers);
  return plain(b.constant(data, shape, dtype));
}

const ownFolder = new URL('.', import.meta.url).href;
const ownPath = fileURLToPath(ownFolder);

/** The source line under way: the first stack frame outside tfjs, Node and this package. */
function callSite(): string {
  const foreign = (frame: string): boolean =>
    !/@tensorflow[\\/]tfjs|tfjs-core[\\/]src|node:|<anonymous>\)?$/.test(frame) &&
    !frame.includes(ownFolder) &&
    !frame.includes(ownPath);
  const frame = (new Error().stack ?? '').split('\n').slice(1).find(foreign);
  const place = /\(?(?:file:\/\/)?([^()\s]+):(\d+):\d+\)?$/.exec(frame ?? '');
  if (place === null) return 'unknown';
  return `${(place[1] as string).split('/').slice(-3).join('/')}:${place[2]}`;
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
  const unsupported = (what: string, cause?: unknown): Error =>
    fail({
      code: 'ENGINE_UNSUPPORTED',
      what,
      where: callSite(),
      advice:
        'Write it with the operations listed in the README of @foveate/tracer, or use the engine tfjs, which runs eagerly',
      cause,
    });
  if (lowering === undefined) throw unsupported(`The tfjs operation ${kernelName} cannot be traced`);
  const b = backend.builder;
  const entries = Object.entries(call.inputs as Record<string, tf.TensorInfo | undefined>).flatMap(([name, info]) =>
    info === undefined ? [] : [[name, backend.lazy(info.dataId)] as const],
  );
  b.origin.text = `${kernelName} @ ${callSite()}`;
  const result = lowering({
    b,
    inputs: Object.fromEntries(entries),
    list: Array.isArray(call.inputs) ? entries.map(([, lazy]) => lazy) : [],
    attrs: call.attrs ?? {},
  });
  return Array.isArray(result) ? result.map((lazy) => backend.info(lazy)) : backend.info(result);
}

/**
 * Runs `body` with tracing switched on. `body` must be synchronous; tensors it returns are dead afterwards.
 * @param body receives the backend, to make inputs and to look results up
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
  try {
    const session: TraceSession = {
      tensor: (lazy) => engine.makeTensorFromTensorInfo(backend.info(lazy)),
      lazy: (tensor) => backend.lazy(tensor.dataId),
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
  }
}

/** What a trace under way offers. */
export interface TraceSession {
  /** Makes a tensor the program can use. */
  tensor(lazy: Lazy): tf.Tensor;
  /** Looks up what the graph knows of a tensor. */
  lazy(tensor: tf.Tensor): Lazy;
}
