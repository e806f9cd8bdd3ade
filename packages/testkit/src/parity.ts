/** Does an engine compute what the oracle computes, forward and backward? */
import { random, type Engine, type HostTensor, type HostTensors, type Program } from '@foveate/contracts';
import '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';

/** An input of a parity check: a shape filled with normal deviates, or given values. */
export type ParityInput = readonly number[] | HostTensor;

/** Settings of {@link checkParity}. */
export interface ParityOptions {
  /** Inputs to differentiate by; all float32 ones when left out, none when empty. */
  readonly gradients?: readonly number[];
  /** Largest allowed |difference| / (1 + |expected|). */
  readonly tolerance?: number;
  readonly seed?: number;
}

/** Float32 values of a shape, standard normal, a pure function of seed and name. */
export function normalTensor(shape: readonly number[], seed: number, name: string): HostTensor {
  const stream = random(seed, 'testkit', name);
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  return { dtype: 'float32', shape, data: Float32Array.from({ length: size }, () => stream.normal()) };
}

/** Runs a program without state once. */
export async function runOnce(engine: Engine, program: Program, inputs: HostTensors): Promise<HostTensors> {
  const state = engine.createState({});
  const compiled = engine.compile(program, state);
  try {
    return await compiled.run(inputs);
  } finally {
    compiled.dispose();
    state.dispose();
  }
}

/**
 * Runs `f` on both engines, and the gradient of a fixed random combination of its results with respect to its inputs.
 * @param engines the engine under test and the oracle
 * @param f a function of tensors
 * @throws Error naming the output and the element that differ most
 * @example await checkParity([onnxEngine(), tfjsEngine()], [[2, 5, 5, 3], [3, 3, 3, 4]], (x, w) => tf.conv2d(x, w, 1, 'same'));
 */
export async function checkParity(
  engines: readonly [tested: Engine, oracle: Engine],
  inputs: readonly ParityInput[],
  f: (...tensors: never[]) => tf.Tensor | readonly tf.Tensor[],
  { gradients, tolerance = 1e-4, seed = 1 }: ParityOptions = {},
): Promise<void> {
  const named = Object.fromEntries(
    inputs.map((input, index) => [
      `input${index}`,
      'data' in input ? input : normalTensor(input, seed, `input${index}`),
    ]),
  );
  const names = Object.keys(named);
  const differentiated = gradients ?? names.flatMap((name, index) => (named[name]?.dtype === 'float32' ? [index] : []));
  const program: Program = (tensors) => {
    const list = names.map((name) => tensors[name] as tf.Tensor);
    const results = (values: readonly tf.Tensor[]): readonly tf.Tensor[] => {
      const result = f(...(values as never[]));
      return result instanceof tf.Tensor ? [result] : result;
    };
    const outputs: Record<string, tf.Tensor> = {};
    results(list).forEach((tensor, index) => {
      outputs[`output${index}`] = tensor;
    });
    if (differentiated.length > 0) {
      const combination = (...values: tf.Tensor[]): tf.Scalar => {
        const all = [...list];
        differentiated.forEach((index, position) => {
          all[index] = values[position] as tf.Tensor;
        });
        const terms = results(all)
          .filter((tensor) => tensor.dtype === 'float32')
          .map((tensor) => tf.sum(tf.mul(tensor, weights(tensor.shape))));
        return terms.reduce((sum, term) => tf.add(sum, term)) as tf.Scalar;
      };
      tf.grads(combination)(differentiated.map((index) => list[index] as tf.Tensor)).forEach((gradient, position) => {
        outputs[`gradient${differentiated[position]}`] = gradient;
      });
    }
    return { outputs };
  };
  const [got, expected] = [await runOnce(engines[0], program, named), await runOnce(engines[1], program, named)];
  for (const [name, tensor] of Object.entries(expected)) expectClose(name, got[name], tensor, tolerance);
}

/** Fixed weights of the random combination, different for every element. */
function weights(shape: readonly number[]): tf.Tensor {
  const { data } = normalTensor(shape, 7, 'weights');
  return tf.tensor(data, [...shape], 'float32');
}

/**
 * @param tolerance largest allowed |difference| / (1 + |expected|)
 * @throws Error naming the worst element
 */
export function expectClose(name: string, got: HostTensor | undefined, expected: HostTensor, tolerance: number): void {
  if (got?.shape.join() !== expected.shape.join()) {
    throw new Error(`${name}: shape [${got?.shape.join()}] instead of [${expected.shape.join()}]`);
  }
  let worst = { index: -1, error: 0 };
  expected.data.forEach((value, index) => {
    const actual = got.data[index] as number;
    const same = Object.is(actual, value) || actual === value;
    const error = same ? 0 : Math.abs(actual - value) / (1 + Math.abs(value));
    if (!(error <= worst.error)) worst = { index, error };
  });
  if (!(worst.error <= tolerance)) {
    const { index, error } = worst;
    throw new Error(
      `${name}[${index}]: ${String(got.data[index])} instead of ${String(expected.data[index])}, error ${error} > ${tolerance}`,
    );
  }
}
