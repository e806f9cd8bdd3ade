/** What a program does, as the tfjs kernels it calls. */
import { trace } from '@foveate/tracer';
import type { InputSpec, TracedFunction } from '@foveate/tracer';
import * as tf from '@tensorflow/tfjs-core';

/** A tensor a kernel read or made. */
export interface RecordedTensor {
  /** The same for all tensors that share their values. */
  readonly key: object;
  readonly shape: readonly number[];
  readonly dtype: tf.DataType;
}

/** One call of a kernel. */
export interface RecordedCall {
  readonly kernel: string;
  /** By the names of tfjs' kernel definition; those of a list by index. */
  readonly inputs: Readonly<Record<string, RecordedTensor>>;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly outputs: readonly RecordedTensor[];
}

/** A program that ran without computing anything. */
export interface Recording {
  readonly inputs: Readonly<Record<string, RecordedTensor>>;
  readonly calls: readonly RecordedCall[];
  readonly outputs: Readonly<Record<string, RecordedTensor>>;
  /** Values the program made itself, by key. */
  readonly constants: ReadonlyMap<object, ArrayLike<number>>;
}

const recorded = ({ dataId, shape, dtype }: tf.TensorInfo): RecordedTensor => ({ key: dataId, shape, dtype });

/** @throws FoveateError as `trace` of @foveate/tracer */
export function recordKernels(program: TracedFunction, inputs: Readonly<Record<string, InputSpec>>): Recording {
  let calls: readonly RecordedCall[] = [];
  const constants = new Map<object, ArrayLike<number>>();
  let named: Recording['inputs'] = {};
  let outputs: Recording['outputs'] = {};
  const engine = tf.engine();
  const original = Object.getPrototypeOf(engine) as typeof engine;
  // Every operation of tfjs calls these methods of the one engine; they stand before those of its class for a while.
  const runKernel: typeof engine.runKernel = (kernel, given, attrs) => {
    const before = calls;
    calls = [];
    const result = original.runKernel.call(engine, kernel, given, attrs);
    const call = {
      kernel,
      inputs: Object.fromEntries(
        Object.entries(given as Record<string, tf.TensorInfo | undefined>).flatMap(([name, tensor]) =>
          tensor === undefined || tensor === null ? [] : [[name, recorded(tensor)]],
        ),
      ),
      attrs: { ...attrs },
      outputs: (Array.isArray(result) ? (result as tf.Tensor[]) : [result as tf.Tensor]).map(recorded),
    };
    // Calls made meanwhile keep copies of the result for the gradient.
    calls = [...before, call, ...calls];
    return result as never;
  };
  const makeTensor: typeof engine.makeTensor = (values, shape, dtype, backend) => {
    const tensor = original.makeTensor.call(engine, values, shape, dtype, backend);
    constants.set(tensor.dataId, values as ArrayLike<number>);
    return tensor;
  };
  trace(
    (tensors) => {
      named = Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, recorded(tensor)]));
      try {
        Object.assign(engine, { runKernel, makeTensor });
        const results = program(tensors);
        outputs = Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, recorded(tensor)]));
        return results;
      } finally {
        Reflect.deleteProperty(engine, 'runKernel');
        Reflect.deleteProperty(engine, 'makeTensor');
      }
    },
    { inputs },
  );
  return { inputs: named, calls, outputs, constants };
}
