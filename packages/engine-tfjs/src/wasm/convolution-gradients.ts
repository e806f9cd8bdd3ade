/**
 * Gradients of convolutions, written with the forward convolutions of the backend: those are the kernels of XNNPACK, with
 * SIMD instructions and threads, where the backend has no gradient kernel or only a plain loop.
 */
import * as tf from '@tensorflow/tfjs-core';

/** What the gradient kernels of tfjs are told about the convolution. */
export interface ConvolutionAttributes {
  readonly strides: number | [number, number];
  /** Layers pass null for none. */
  readonly dilations?: number | [number, number] | null;
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

type Shape4D = [number, number, number, number];

function geometry(
  inputShape: Shape4D,
  filterShape: Shape4D,
  { strides, dilations, pad, dimRoundingMode }: ConvolutionAttributes,
  depthwise: boolean,
): tf.backend_util.Conv2DInfo {
  return tf.backend_util.computeConv2DInfo(
    inputShape,
    filterShape,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    depthwise,
    'channelsLast',
  );
}

/** What 'same' comes to for a convolution of NHWC images. */
export function explicitPadding(
  inputShape: Shape4D,
  filterShape: Shape4D,
  attributes: ConvolutionAttributes,
): tf.backend_util.ExplicitPadding {
  const { top, bottom, left, right } = geometry(inputShape, filterShape, attributes, false).padInfo;
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}

/** [N, h, w, C] -> [N, (h-1) s + 1, (w-1) t + 1, C] with zeros between the values. */
function spread(x: tf.Tensor4D, s: number, t: number): tf.Tensor4D {
  if (s === 1 && t === 1) return x;
  const [n, h, w, c] = x.shape;
  const columns = tf.pad(tf.reshape(x, [n * h, w, 1, c]), [
    [0, 0],
    [0, 0],
    [0, t - 1],
    [0, 0],
  ]);
  const rows = tf.pad(tf.reshape(columns, [n, h, 1, w * t * c]), [
    [0, 0],
    [0, 0],
    [0, s - 1],
    [0, 0],
  ]);
  return tf.slice(
    tf.reshape(rows, [n, h * s, w * t, c]) as tf.Tensor4D,
    [0, 0, 0, 0],
    [n, (h - 1) * s + 1, (w - 1) * t + 1, c],
  );
}

/** Padding around dy, or undefined where the convolution was padded by more than its filter reaches. */
function paddingOfInputGradient({
  padInfo,
  strideHeight,
  strideWidth,
  outHeight,
  outWidth,
  inHeight,
  inWidth,
  effectiveFilterHeight,
  effectiveFilterWidth,
}: tf.backend_util.Conv2DInfo): tf.backend_util.ExplicitPadding | undefined {
  const along = (filter: number, before: number, size: number, count: number, stride: number): [number, number] => {
    const start = filter - 1 - before;
    // What is left makes the result as long as the input was.
    return [start, size + filter - 1 - ((count - 1) * stride + 1) - start];
  };
  const vertical = along(effectiveFilterHeight, padInfo.top, inHeight, outHeight, strideHeight);
  const horizontal = along(effectiveFilterWidth, padInfo.left, inWidth, outWidth, strideWidth);
  if ([...vertical, ...horizontal].some((size) => size < 0)) return undefined;
  return [[0, 0], vertical, horizontal, [0, 0]];
}

/**
 * dL/dx of a convolution without dilation: dy, spread by the stride, convolved with the filter turned by 180 degrees.
 * @param filter [kh, kw, C, K]
 * @returns undefined where this is not possible
 */
export function convolutionInputGradient(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  inputShape: Shape4D,
  attributes: ConvolutionAttributes,
): tf.Tensor4D | undefined {
  const info = geometry(inputShape, filter.shape, attributes, false);
  const padding = paddingOfInputGradient(info);
  if (padding === undefined) return undefined;
  const turned: tf.Tensor4D = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
  return tf.conv2d(spread(dy, info.strideHeight, info.strideWidth), turned, 1, padding);
}

/**
 * dL/dfilter of a convolution without dilation, itself a convolution: channels are its batch, the batch its channels, dy
 * its filter, dilated by the stride.
 * @param filterShape [kh, kw, C, K]
 */
export function convolutionFilterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  filterShape: Shape4D,
  attributes: ConvolutionAttributes,
): tf.Tensor4D {
  const { strideHeight, strideWidth } = geometry(x.shape, filterShape, attributes, false);
  const [height, width, inChannels, outChannels] = filterShape;
  const result = tf.conv2d(
    tf.transpose(x, [3, 1, 2, 0]) as tf.Tensor4D,
    tf.transpose(dy, [1, 2, 0, 3]) as tf.Tensor4D,
    1,
    explicitPadding(x.shape, filterShape, attributes),
    'NHWC',
    [strideHeight, strideWidth],
  );
  // Rows and columns of x that no window of the convolution reached make the result larger than the filter.
  const reached = tf.slice(result, [0, 0, 0, 0], [inChannels, height, width, outChannels]);
  return tf.transpose(reached, [1, 2, 0, 3]);
}

/**
 * dL/dx of a depthwise convolution with one filter per channel.
 * @param filter [kh, kw, C, 1]
 * @returns undefined where this is not possible
 */
export function depthwiseInputGradient(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  inputShape: Shape4D,
  attributes: ConvolutionAttributes,
): tf.Tensor4D | undefined {
  const info = geometry(inputShape, filter.shape, attributes, true);
  const padding = paddingOfInputGradient(info);
  if (padding === undefined || filter.shape[3] !== 1) return undefined;
  const { strideHeight, strideWidth, dilationHeight, dilationWidth } = info;
  // XNNPACK takes padding below the filter's reach; padding by hand has no such limit.
  const padded = tf.pad(spread(dy, strideHeight, strideWidth), padding) as tf.Tensor4D;
  return tf.depthwiseConv2d(padded, tf.reverse(filter, [0, 1]), 1, 'valid', 'NHWC', [dilationHeight, dilationWidth]);
}

/**
 * dL/dfilter of a depthwise convolution: for each filter position the products of dy and the shifted x, summed.
 * @param filterShape [kh, kw, C, Q]
 */
export function depthwiseFilterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  filterShape: Shape4D,
  attributes: ConvolutionAttributes,
): tf.Tensor4D {
  const { padInfo, strideHeight, strideWidth, dilationHeight, dilationWidth, outHeight, outWidth } = geometry(
    x.shape,
    filterShape,
    attributes,
    true,
  );
  const [height, width, channels, multiplier] = filterShape;
  const [n] = x.shape;
  const padded = tf.pad(x, [
    [0, 0],
    [padInfo.top, padInfo.bottom],
    [padInfo.left, padInfo.right],
    [0, 0],
  ]);
  const pixels = n * outHeight * outWidth;
  const gradients = tf.reshape(dy, [pixels, channels, multiplier]);
  const positions = Array.from({ length: height * width }, (_, index) => {
    const [row, column] = [Math.floor(index / width) * dilationHeight, (index % width) * dilationWidth];
    const shifted = tf.stridedSlice(
      padded,
      [0, row, column, 0],
      [n, row + (outHeight - 1) * strideHeight + 1, column + (outWidth - 1) * strideWidth + 1, channels],
      [1, strideHeight, strideWidth, 1],
    );
    return tf.sum(tf.mul(tf.reshape(shifted, [pixels, channels, 1]), gradients), 0);
  });
  return tf.reshape(tf.stack(positions), filterShape);
}
