/** Parts of a U-Net (Ronneberger et al. 2015). */
import type { VariableScope } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { relu } from './activation.js';
import { convNorm } from './conv-norm.js';
import { upConv, type Enlargement } from './convolution.js';
import type { Layer, Variables } from './variables.js';

/** Batch norm, which the paper does not have yet, as elsewhere in this package. */
const norm = { size: 3, epsilon: 1e-5, activation: relu } as const;

/**
 * Two 3x3 convolutions with batch norm and ReLU: variables `first/*` and `second/*`.
 * @param stride of the first one
 */
export function doubleConv(
  variables: Variables,
  name: string,
  inChannels: number,
  outChannels: number,
  stride = 1,
): Layer {
  const first = convNorm(variables, `${name}/first`, inChannels, outChannels, { ...norm, stride });
  const second = convNorm(variables, `${name}/second`, outChannels, outChannels, norm);
  return (x, scope) => second(first(x, scope), scope);
}

/** How maps are enlarged: by a transposed convolution, or between pixels and then by a 1x1 convolution with batch norm. */
export type Upsampling = 'transposed' | 'bilinear';

/** Brings a map to the size of a larger one beside which it is laid, and convolves both. */
export type Decoder = (x: tf.Tensor4D, skip: tf.Tensor4D, scope: VariableScope) => tf.Tensor4D;

/**
 * The level below, enlarged, beside the encoder's map, then {@link doubleConv}: variables `up/*`, `first/*`, `second/*`.
 * @param below channels of the level below
 * @param beside channels of the encoder's map
 */
export function decoder(
  variables: Variables,
  name: string,
  {
    below,
    beside = 0,
    channels = beside,
  }: { readonly below: number; readonly beside?: number; readonly channels?: number },
  upsampling: Upsampling = 'transposed',
): Decoder {
  const enlarge =
    upsampling === 'transposed'
      ? upConv(variables, `${name}/up`, below, channels)
      : interpolation(variables, `${name}/up`, below, channels);
  const convolve = doubleConv(variables, name, beside + channels, channels);
  return (x, skip, scope) => {
    const [, height, width] = skip.shape;
    return convolve(tf.concat4d([skip, enlarge(x, [height, width], scope)], 3), scope);
  };
}

/** Fewer channels first: they are what is interpolated. */
function interpolation(variables: Variables, name: string, inChannels: number, outChannels: number): Enlargement {
  const narrow = convNorm(variables, name, inChannels, outChannels, { ...norm, size: 1 });
  return (x, size, scope) => tf.image.resizeBilinear(narrow(x, scope), [...size], false, true);
}
