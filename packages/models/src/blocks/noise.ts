/** Layers that drop something at random while training. Their random numbers come from the scope. */
import type { VariableScope } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import type { Layer, Variables } from './variables.js';

/** 1 / (1 - rate) with probability 1 - rate, else 0: [N, width]. The expectation is 1. */
function survival(scope: VariableScope, name: string, rate: number): tf.Tensor2D {
  const survives = tf.cast(tf.greaterEqual(scope.noise(name), rate), 'float32');
  return tf.mul(survives, 1 / (1 - rate));
}

/** Dropout of features (Srivastava et al. 2014). [N, C] -> [N, C] */
export function dropout(variables: Variables, name: string, features: number, rate: number): Layer<tf.Tensor2D> {
  if (rate === 0) return (x) => x;
  variables.noise[name] = features;
  return (x, scope) => (scope.training ? tf.mul(x, survival(scope, name, rate)) : x);
}

/**
 * Stochastic depth (Huang et al. 2016): drops the whole branch of a sample.
 * @param witness name of a variable of the branch. A branch that training holds is not dropped, so that what it computes
 *   depends on its input alone and may be kept.
 */
export function stochasticDepth(variables: Variables, name: string, rate: number, witness: string): Layer {
  if (rate === 0) return (x) => x;
  variables.noise[name] = 1;
  return (x, scope) =>
    scope.training && !scope.frozen(witness) ? tf.mul(x, tf.reshape(survival(scope, name, rate), [-1, 1, 1, 1])) : x;
}
