/** Layers as closures: building one declares its variables, calling it applies it. Not part of the public API. */
import type { RandomStream, VariableScope, VariableSpec } from '@foveate/contracts';
import { batchNormTraining } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';

/** Applies a layer. */
export type Layer<In extends tf.Tensor, Out extends tf.Tensor> = (x: In, scope: VariableScope) => Out;

type Initial = (count: number) => (random: RandomStream) => Float32Array;

const fill =
  (value: number): Initial =>
  (count) =>
  () =>
    new Float32Array(count).fill(value);

/** Uniform in +-sqrt(6 / (fanIn + fanOut)) (Glorot and Bengio 2010), the default of Keras. */
const glorotUniform =
  (fanIn: number, fanOut: number): Initial =>
  (count) =>
  (random) => {
    const limit = Math.sqrt(6 / (fanIn + fanOut));
    return Float32Array.from({ length: count }, () => random.uniform(-limit, limit));
  };

/** Collects the variables of a model while its layers are built. */
export class Variables {
  readonly specs: VariableSpec[] = [];

  /** Declares a variable and returns how to read it. */
  declare(
    name: string,
    shape: readonly number[],
    initial: Initial,
    trainable = true,
  ): (scope: VariableScope) => tf.Tensor {
    const count = shape.reduce((product, size) => product * size, 1);
    this.specs.push({ name, shape, trainable, initial: initial(count) });
    return (scope) => scope.get(name);
  }
}

/** Convolution with bias, stride 1, 'same' padding. [N, h, w, in] -> [N, h, w, out] */
export function conv(
  variables: Variables,
  name: string,
  size: number,
  inChannels: number,
  outChannels: number,
): Layer<tf.Tensor4D, tf.Tensor4D> {
  const area = size * size;
  const kernel = variables.declare(
    `${name}/kernel`,
    [size, size, inChannels, outChannels],
    glorotUniform(area * inChannels, area * outChannels),
  );
  const bias = variables.declare(`${name}/bias`, [outChannels], fill(0));
  return (x, scope) => tf.add(tf.conv2d(x, kernel(scope) as tf.Tensor4D, 1, 'same'), bias(scope));
}

/**
 * Share of the old statistics kept by a step. 0.99 would need several hundred steps before the running statistics can be
 * used; small data sets have fewer in all.
 */
const momentum = 0.9;
/** Small against the variance of a faint edge on an even surface; the usual 1e-3 would drown it. */
const epsilon = 1e-5;

/** Batch norm over N, h, w: batch statistics while training, running ones otherwise. */
export function batchNorm(variables: Variables, name: string, channels: number): Layer<tf.Tensor4D, tf.Tensor4D> {
  const gamma = variables.declare(`${name}/gamma`, [channels], fill(1));
  const beta = variables.declare(`${name}/beta`, [channels], fill(0));
  const mean = variables.declare(`${name}/mean`, [channels], fill(0), false);
  const variance = variables.declare(`${name}/variance`, [channels], fill(1), false);
  return (x, scope) => {
    const [scale, offset] = [gamma(scope) as tf.Tensor1D, beta(scope) as tf.Tensor1D];
    const [oldMean, oldVariance] = [mean(scope) as tf.Tensor1D, variance(scope) as tf.Tensor1D];
    if (!scope.training || scope.frozen(`${name}/gamma`))
      return tf.batchNorm4d(x, oldMean, oldVariance, offset, scale, epsilon);
    const batch = batchNormTraining(x, scale, offset, epsilon);
    const blend = (old: tf.Tensor, now: tf.Tensor): tf.Tensor =>
      tf.add(tf.mul(old, momentum), tf.mul(now, 1 - momentum));
    scope.update(`${name}/mean`, blend(oldMean, batch.mean));
    scope.update(`${name}/variance`, blend(oldVariance, batch.variance));
    return batch.y;
  };
}

/** Fully connected layer with bias. [N, in] -> [N, out] */
export function dense(
  variables: Variables,
  name: string,
  inFeatures: number,
  outFeatures: number,
): Layer<tf.Tensor2D, tf.Tensor2D> {
  const kernel = variables.declare(`${name}/kernel`, [inFeatures, outFeatures], glorotUniform(inFeatures, outFeatures));
  const bias = variables.declare(`${name}/bias`, [outFeatures], fill(0));
  return (x, scope) => tf.add(tf.matMul(x, kernel(scope) as tf.Tensor2D), bias(scope));
}
