import * as tf from '@tensorflow/tfjs-core';
import type { Activation } from './activation.js';
import { pointwise } from './dense.js';
import type { Layer, Variables } from './variables.js';

/**
 * Squeeze-and-excitation (Hu et al. 2018): each channel is scaled by gate(expand(activation(reduce(its mean over the
 * image)))). [N, h, w, C] -> [N, h, w, C]
 * @param squeezed channels between the two 1x1 convolutions, whose variables are `reduce/*` and `expand/*`
 */
export function squeezeExcitation(
  variables: Variables,
  name: string,
  channels: number,
  squeezed: number,
  { activation, gate }: { readonly activation: Activation; readonly gate: Activation },
): Layer {
  const reduce = pointwise(variables, `${name}/reduce`, channels, squeezed);
  const expand = pointwise(variables, `${name}/expand`, squeezed, channels);
  return (x, scope) => {
    const means: tf.Tensor2D = tf.mean(x, [1, 2]);
    const scale = gate(expand(activation(reduce(means, scope)), scope));
    return tf.mul(x, tf.reshape(scale, [-1, 1, 1, channels]));
  };
}
