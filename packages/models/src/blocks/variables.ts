/** Layers as closures: building one declares its variables, calling it applies it. */
import type { RandomStream, VariableScope, VariableSpec } from '@foveate/contracts';
import type * as tf from '@tensorflow/tfjs-core';

/** Applies a layer. */
export type Layer<In extends tf.Tensor = tf.Tensor4D, Out extends tf.Tensor = In> = (
  x: In,
  scope: VariableScope,
) => Out;

/** Initial values of a variable with `count` elements. */
export type Initial = (count: number) => (random: RandomStream) => Float32Array;

/** The same value everywhere. */
export const fill =
  (value: number): Initial =>
  (count) =>
  () =>
    new Float32Array(count).fill(value);

/** Uniform in +-sqrt(6 / (fanIn + fanOut)) (Glorot and Bengio 2010), the default of Keras. */
export const glorotUniform =
  (fanIn: number, fanOut: number): Initial =>
  (count) =>
  (random) => {
    const limit = Math.sqrt(6 / (fanIn + fanOut));
    return Float32Array.from({ length: count }, () => random.uniform(-limit, limit));
  };

/** Normal with variance 2 / fanOut (He et al. 2015): keeps the variance of gradients through ReLU and its kin. */
export const heNormal =
  (fanOut: number): Initial =>
  (count) =>
  (random) => {
    const deviation = Math.sqrt(2 / fanOut);
    return Float32Array.from({ length: count }, () => deviation * random.normal());
  };

/** Collects what a model needs while its layers are built: variables, bottom to top, and random numbers. */
export class Variables {
  readonly specs: VariableSpec[] = [];
  /** Random numbers per sample, by name; see `Model.noise`. */
  readonly noise: Record<string, number> = {};

  /** Declares a variable and returns how to read it. */
  declare<T extends tf.Tensor>(
    name: string,
    shape: readonly number[],
    initial: Initial,
    trainable = true,
  ): (scope: VariableScope) => T {
    const count = shape.reduce((product, size) => product * size, 1);
    this.specs.push({ name, shape, trainable, initial: initial(count) });
    return (scope) => scope.get(name) as T;
  }

  /** Names of the variables that `build` declares, and what it returns. */
  record<T>(build: () => T): { readonly result: T; readonly names: readonly string[] } {
    const before = this.specs.length;
    const result = build();
    return { result, names: this.specs.slice(before).map(({ name }) => name) };
  }
}
