/** Layers of features without places. */
import * as tf from '@tensorflow/tfjs-core';
import { fill, glorotUniform, heNormal, type Layer, type Variables } from './variables.js';

/** Fully connected layer with bias. [N, in] -> [N, out] */
export function dense(variables: Variables, name: string, inFeatures: number, outFeatures: number): Layer<tf.Tensor2D> {
  const initial = glorotUniform(inFeatures, outFeatures);
  const kernel = variables.declare<tf.Tensor2D>(`${name}/kernel`, [inFeatures, outFeatures], initial);
  const bias = variables.declare(`${name}/bias`, [outFeatures], fill(0));
  return (x, scope) => tf.add(tf.matMul(x, kernel(scope)), bias(scope));
}

/** A 1x1 convolution with bias of images of one pixel: kept as a convolution, applied as a matrix. [N, in] -> [N, out] */
export function pointwise(
  variables: Variables,
  name: string,
  inChannels: number,
  outChannels: number,
): Layer<tf.Tensor2D> {
  const shape = [1, 1, inChannels, outChannels];
  const kernel = variables.declare<tf.Tensor4D>(`${name}/kernel`, shape, heNormal(outChannels));
  const bias = variables.declare(`${name}/bias`, [outChannels], fill(0));
  return (x, scope) => tf.add(tf.matMul(x, tf.reshape(kernel(scope), [inChannels, outChannels])), bias(scope));
}
