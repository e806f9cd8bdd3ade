/** Convolutions. Images are NHWC, kernels [height, width, in, out]. */
import type { VariableScope } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { fill, glorotUniform, heNormal, type Layer, type Variables } from './variables.js';

/**
 * Where the border that a strided convolution needs is put. `same`: as TensorFlow, the odd row or column after the image.
 * `symmetric`: as PyTorch, as much before as after. They differ only where the stride is above 1 and the size is even.
 */
export type Padding = 'same' | 'symmetric';

/** Settings of a convolution. */
export interface ConvolutionOptions {
  /** Odd kernel height and width. */
  readonly size: number;
  readonly stride?: number;
  readonly padding?: Padding;
}

/** What tfjs calls `pad`. */
function border({ size, padding = 'same' }: ConvolutionOptions): 'same' | number {
  return padding === 'same' ? 'same' : (size - 1) / 2;
}

/** Convolution without bias. [N, h, w, in] -> [N, ceil(h / stride), ceil(w / stride), out] */
export function conv(
  variables: Variables,
  name: string,
  inChannels: number,
  outChannels: number,
  options: ConvolutionOptions,
): Layer {
  const { size, stride = 1 } = options;
  const shape = [size, size, inChannels, outChannels];
  const kernel = variables.declare<tf.Tensor4D>(`${name}/kernel`, shape, heNormal(size * size * outChannels));
  return (x, scope) => tf.conv2d(x, kernel(scope), stride, border(options));
}

/** Convolution with bias, stride 1, 'same' padding. [N, h, w, in] -> [N, h, w, out] */
export function biasedConv(
  variables: Variables,
  name: string,
  inChannels: number,
  outChannels: number,
  size: number,
): Layer {
  const area = size * size;
  const initial = glorotUniform(area * inChannels, area * outChannels);
  const kernel = variables.declare<tf.Tensor4D>(`${name}/kernel`, [size, size, inChannels, outChannels], initial);
  const bias = variables.declare(`${name}/bias`, [outChannels], fill(0));
  return (x, scope) => tf.add(tf.conv2d(x, kernel(scope), 1, 'same'), bias(scope));
}

/** One filter per channel, without bias. [N, h, w, C] -> [N, ceil(h / stride), ceil(w / stride), C] */
export function depthwiseConv(
  variables: Variables,
  name: string,
  channels: number,
  options: ConvolutionOptions,
): Layer {
  const { size, stride = 1 } = options;
  const kernel = variables.declare<tf.Tensor4D>(`${name}/depthwise`, [size, size, channels, 1], heNormal(size * size));
  return (x, scope) => tf.depthwiseConv2d(x, kernel(scope), stride, border(options));
}

/** Enlarges an image. [N, h, w, in] -> [N, size[0], size[1], out] */
export type Enlargement = (x: tf.Tensor4D, size: readonly [number, number], scope: VariableScope) => tf.Tensor4D;

/**
 * Transposed convolution with bias whose windows do not overlap; the kernel is [factor, factor, out, in]. To a size that is no
 * multiple of its input's, as below a pool that left out a last row, its result is interpolated.
 */
export function upConv(
  variables: Variables,
  name: string,
  inChannels: number,
  outChannels: number,
  factor = 2,
): Enlargement {
  const kernel = variables.declare<tf.Tensor4D>(
    `${name}/kernel`,
    [factor, factor, outChannels, inChannels],
    heNormal(inChannels),
  );
  const bias = variables.declare(`${name}/bias`, [outChannels], fill(0));
  return (x, [height, width], scope) => {
    const [count, h, w] = x.shape;
    const fits = Math.ceil(height / factor) === h && Math.ceil(width / factor) === w;
    const size: [number, number] = fits ? [height, width] : [factor * h, factor * w];
    const enlarged = tf.conv2dTranspose(x, kernel(scope), [count, ...size, outChannels], factor, 'same');
    const y: tf.Tensor4D = tf.add(enlarged, bias(scope));
    return fits ? y : tf.image.resizeBilinear(y, [height, width], false, true);
  };
}
