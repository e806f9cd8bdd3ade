import * as tf from '@tensorflow/tfjs-core';
import { fill, glorotUniform, type Layer, type Variables } from './variables.js';

/** Fully connected layer with bias. [N, in] -> [N, out] */
export function dense(variables: Variables, name: string, inFeatures: number, outFeatures: number): Layer<tf.Tensor2D> {
  const initial = glorotUniform(inFeatures, outFeatures);
  const kernel = variables.declare<tf.Tensor2D>(`${name}/kernel`, [inFeatures, outFeatures], initial);
  const bias = variables.declare(`${name}/bias`, [outFeatures], fill(0));
  return (x, scope) => tf.add(tf.matMul(x, kernel(scope)), bias(scope));
}
