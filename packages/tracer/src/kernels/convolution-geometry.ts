/** Shapes of convolutions, as tfjs computes them and as ONNX wants them. */
import * as tf from '@tensorflow/tfjs-core';
import type { Attribute } from '../ir.js';
import type { KernelCall } from './types.js';

/** Sizes, padding, strides and dilations of a convolution. */
export type Info = tf.backend_util.Conv2DInfo;

/** An attribute that is a list of integers. */
export const ints = (...values: number[]): Attribute => ({ ints: values });

/** The convolution that a call of a tfjs kernel means. */
export function convInfo(
  attrs: KernelCall['attrs'],
  inShape: readonly number[],
  filterShape: readonly number[],
  depthwise = false,
): Info {
  const { strides, pad, dataFormat, dilations, dimRoundingMode } = attrs as {
    strides: [number, number] | number;
    pad: 'valid' | 'same' | number;
    dataFormat?: 'NHWC' | 'NCHW';
    dilations?: [number, number] | number;
    dimRoundingMode?: 'floor' | 'round' | 'ceil';
  };
  const info = tf.backend_util.computeConv2DInfo(
    inShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    depthwise,
    tf.backend_util.convertConv2DDataFormat(dataFormat ?? 'NHWC'),
  );
  return withTruePadding(info);
}

/** Padding after the image that gives `out` windows; nothing when `given` does so already. */
function paddingAfter(size: number, out: number, stride: number, reach: number, before: number, given: number): number {
  if (Math.floor((size + before + given - reach - 1) / stride) + 1 === out) return given;
  return (out - 1) * stride + reach + 1 - size - before;
}

/**
 * Padding that gives the output the size it has in tfjs, which takes the height of a window for its width, too, where
 * padding is a number, and can round sizes up. May be negative: rows and columns that no window sees.
 */
export function withTruePadding(info: Info): Info {
  const { padInfo: p, strideHeight, strideWidth } = info;
  const tall = (info.filterHeight - 1) * info.dilationHeight;
  const wide = (info.filterWidth - 1) * info.dilationWidth;
  const bottom = paddingAfter(info.inHeight, info.outHeight, strideHeight, tall, p.top, p.bottom);
  const right = paddingAfter(info.inWidth, info.outWidth, strideWidth, wide, p.left, p.right);
  return { ...info, padInfo: { ...p, bottom, right } };
}

/** Attributes of Conv and ConvTranspose. Where padding is negative, the image is to be cut first. */
export function convAttributes(info: Info, group = 1): Record<string, Attribute> {
  const { padInfo: p } = info;
  return {
    strides: ints(info.strideHeight, info.strideWidth),
    dilations: ints(info.dilationHeight, info.dilationWidth),
    pads: ints(...[p.top, p.left, p.bottom, p.right].map((by) => Math.max(0, by))),
    kernel_shape: ints(info.filterHeight, info.filterWidth),
    group: { int: group },
  };
}
