import * as tf from '@tensorflow/tfjs-core';
import type { Activation } from './activation.js';
import { convNorm, depthwiseNorm } from './conv-norm.js';
import type { Padding } from './convolution.js';
import { stochasticDepth } from './noise.js';
import { squeezeExcitation } from './squeeze-excitation.js';
import type { Layer, Variables } from './variables.js';

/** Settings of an inverted residual block. */
export interface InvertedResidualOptions {
  readonly inChannels: number;
  /** Channels of the depthwise convolution. */
  readonly expanded: number;
  /** Whether an expanding convolution stands before it; left out: where there are more channels than `inChannels`. */
  readonly expand?: boolean;
  readonly outChannels: number;
  /** Size and stride of the depthwise convolution. */
  readonly size: number;
  readonly stride: number;
  readonly padding: Padding;
  readonly epsilon: number;
  readonly activation: Activation;
  /** Left out: no squeeze-and-excitation. */
  readonly squeeze?: { readonly channels: number; readonly activation: Activation; readonly gate: Activation };
  /** Probability that the block is skipped while training. */
  readonly dropRate?: number;
}

/**
 * Inverted residual (Sandler et al. 2018), the MBConv of EfficientNet: 1x1 expansion, depthwise convolution,
 * squeeze-and-excitation, linear 1x1 projection; added to its input where shapes allow.
 */
export function invertedResidual(variables: Variables, name: string, options: InvertedResidualOptions): Layer {
  const { inChannels, expanded, outChannels, size, stride, padding, epsilon, activation, squeeze } = options;
  const { expand = expanded !== inChannels } = options;
  const norm = { padding, epsilon };
  const layers: Layer[] = [];
  if (expand)
    layers.push(convNorm(variables, `${name}/expand`, inChannels, expanded, { ...norm, size: 1, activation }));
  layers.push(depthwiseNorm(variables, `${name}/depthwise`, expanded, { ...norm, size, stride, activation }));
  if (squeeze !== undefined)
    layers.push(squeezeExcitation(variables, `${name}/squeeze`, expanded, squeeze.channels, squeeze));
  layers.push(convNorm(variables, `${name}/project`, expanded, outChannels, { ...norm, size: 1 }));
  const branch: Layer = (x, scope) => layers.reduce((y, layer) => layer(y, scope), x);
  if (stride !== 1 || inChannels !== outChannels) return branch;
  const drop = stochasticDepth(variables, name, options.dropRate ?? 0, `${name}/project/norm/gamma`);
  return (x, scope) => tf.add(x, drop(branch(x, scope), scope));
}
