/** A tfjs backend that holds values and computes nothing: models of tfjs can be built where no backend for work is. */
import * as tf from '@tensorflow/tfjs-core';

const backendName = 'foveate-host';

class HostBackend extends tf.KernelBackend {
  readonly #values = new Map<object, { readonly values: tf.BackendValues; count: number }>();

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    const dataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  override move(dataId: object, values: tf.BackendValues, _shape: number[], _dtype: tf.DataType, count: number): void {
    this.#values.set(dataId, { values, count });
  }

  override readSync(dataId: object): tf.BackendValues {
    const entry = this.#values.get(dataId);
    if (entry === undefined) throw new Error('Values were disposed of.');
    return entry.values;
  }

  override read(dataId: object): Promise<tf.BackendValues> {
    return Promise.resolve(this.readSync(dataId));
  }

  override refCount(dataId: object): number {
    return this.#values.get(dataId)?.count ?? 0;
  }

  override incRef(dataId: object): void {
    const entry = this.#values.get(dataId);
    if (entry !== undefined) entry.count++;
  }

  override disposeData(dataId: object, force = false): boolean {
    const entry = this.#values.get(dataId);
    if (entry === undefined) return true;
    entry.count--;
    if (!force && entry.count > 0) return false;
    return this.#values.delete(dataId);
  }

  override numDataIds(): number {
    return this.#values.size;
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
    this.#values.clear();
  }
}

const identity: tf.KernelFunc = ({ inputs }) => {
  const { dataId, shape, dtype } = inputs['x'] as tf.TensorInfo;
  tf.engine().backend.incRef(dataId);
  return { dataId, shape, dtype };
};

function register(): void {
  if (tf.findBackendFactory(backendName) !== null) return;
  tf.registerBackend(backendName, () => new HostBackend(), 0);
  tf.registerKernel({ kernelName: tf.Identity, backendName, kernelFunc: identity });
}

/**
 * Runs `work` while tensors are made on the host. Only until `work` returns: a promise it returns goes on elsewhere.
 */
export function onHost<T>(work: () => T): T {
  register();
  const engine = tf.engine();
  const before = engine.backendName as string | undefined;
  // Initialisation is synchronous for this backend, so the switch is complete when the call returns.
  void engine.setBackend(backendName);
  try {
    return work();
  } finally {
    if (before !== undefined && before !== '') void engine.setBackend(before);
  }
}
