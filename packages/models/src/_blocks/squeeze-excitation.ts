import * as tf from '@tensorflow/tfjs-core';
import type { Activation } from './activation.js';
import { fill, heNormal, type Layer, type Variables } from './variables.js';

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

/** A 1x1 convolution with bias of images of one pixel, which is a matrix product. */
function pointwise(variables: Variables, name: string, inChannels: number, outChannels: number): Layer<tf.Tensor2D> {
  const shape = [1, 1, inChannels, outChannels];
  const kernel = variables.declare<tf.Tensor4D>(`${name}/kernel`, shape, heNormal(outChannels));
  const bias = variables.declare(`${name}/bias`, [outChannels], fill(0));
  return (x, scope) => tf.add(tf.matMul(x, tf.reshape(kernel(scope), [inChannels, outChannels])), bias(scope));
}
