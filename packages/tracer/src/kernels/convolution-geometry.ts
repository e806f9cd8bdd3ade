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
  return tf.backend_util.computeConv2DInfo(
    inShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    depthwise,
    tf.backend_util.convertConv2DDataFormat(dataFormat ?? 'NHWC'),
  );
}

const pads = ({ padInfo: p }: Info): Attribute => ints(p.top, p.left, p.bottom, p.right);

/** Attributes of Conv and ConvTranspose. */
export function convAttributes(info: Info, group = 1): Record<string, Attribute> {
  return {
    strides: ints(info.strideHeight, info.strideWidth),
    dilations: ints(info.dilationHeight, info.dilationWidth),
    pads: pads(info),
    kernel_shape: ints(info.filterHeight, info.filterWidth),
    group: { int: group },
  };
}
