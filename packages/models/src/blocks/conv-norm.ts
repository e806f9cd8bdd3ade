import type { Activation } from './activation.js';
import { batchNorm } from './batch-norm.js';
import { conv, depthwiseConv, type ConvolutionOptions } from './convolution.js';
import type { Layer, Variables } from './variables.js';

/** Settings of a convolution followed by batch norm and, unless left out, an activation. */
export interface ConvNormOptions extends ConvolutionOptions {
  readonly epsilon: number;
  readonly activation?: Activation;
}

/** Convolution without bias, batch norm, activation: variables `conv/kernel` and `norm/*`. */
export function convNorm(
  variables: Variables,
  name: string,
  inChannels: number,
  outChannels: number,
  options: ConvNormOptions,
): Layer {
  return normalised(variables, name, conv(variables, `${name}/conv`, inChannels, outChannels, options), {
    ...options,
    channels: outChannels,
  });
}

/** Depthwise convolution without bias, batch norm, activation: variables `conv/depthwise` and `norm/*`. */
export function depthwiseNorm(variables: Variables, name: string, channels: number, options: ConvNormOptions): Layer {
  return normalised(variables, name, depthwiseConv(variables, `${name}/conv`, channels, options), {
    ...options,
    channels,
  });
}

function normalised(
  variables: Variables,
  name: string,
  convolution: Layer,
  { channels, epsilon, activation = (x) => x }: ConvNormOptions & { readonly channels: number },
): Layer {
  const norm = batchNorm(variables, `${name}/norm`, channels, epsilon);
  return (x, scope) => activation(norm(convolution(x, scope), scope));
}
