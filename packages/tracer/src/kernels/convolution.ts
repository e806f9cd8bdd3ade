/** Convolutions and their gradients. Physically NCHW and OIHW; see `layout.ts`. */
import * as tf from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../builder.js';
import type { Attribute, Value } from '../ir.js';
import { materialise, reshapeValue, type Lazy } from '../layout.js';
import { sliceValue } from './shape.js';
import { input, type KernelCall, type LoweringTable } from './types.js';

type Info = tf.backend_util.Conv2DInfo;

const ints = (...values: number[]): Attribute => ({ ints: values });

/** Physical order of an image whose logical order is `dataFormat`. */
function imageOrder(channelsLast: boolean): number[] {
  return channelsLast ? [0, 3, 1, 2] : [0, 1, 2, 3];
}

/** An NCHW value as a tensor of the program. */
function image(value: Value, channelsLast: boolean): Lazy {
  const [n, c, h, w] = value.shape as [number, number, number, number];
  return { type: 'float32', shape: channelsLast ? [n, h, w, c] : [n, c, h, w], value, perm: imageOrder(channelsLast) };
}

function convInfo(
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

function convAttributes(info: Info, group = 1): Record<string, Attribute> {
  return {
    strides: ints(info.strideHeight, info.strideWidth),
    dilations: ints(info.dilationHeight, info.dilationWidth),
    pads: pads(info),
    kernel_shape: ints(info.filterHeight, info.filterWidth),
    group: { int: group },
  };
}

/** Filter [kh, kw, C, M] as ONNX wants it for groups: [C * M, 1, kh, kw]. */
function depthwiseFilter(b: GraphBuilder, filter: Lazy): Value {
  const [kh, kw, c, m] = filter.shape as [number, number, number, number];
  return reshapeValue(b, materialise(b, filter, [2, 3, 0, 1]), [c * m, 1, kh, kw]);
}

/**
 * Input gradient. At stride 1 it is a convolution with the filter turned by 180 degrees, which ONNX Runtime computes up
 * to three times faster than ConvTranspose.
 */
function inputGradient(b: GraphBuilder, dy: Value, filter: Lazy, info: Info): Value {
  const physical = [info.batchSize, info.inChannels, info.inHeight, info.inWidth];
  const { padInfo: p, filterHeight: kh, filterWidth: kw } = info;
  const reach = [(kh - 1) * info.dilationHeight, (kw - 1) * info.dilationWidth] as const;
  const fits = p.top <= reach[0] && p.bottom <= reach[0] && p.left <= reach[1] && p.right <= reach[1];
  if (info.strideHeight === 1 && info.strideWidth === 1 && fits) {
    const swapped = materialise(b, filter, [2, 3, 0, 1]);
    const [i, o] = swapped.shape as [number, number];
    const turned = sliceValue(b, swapped, [0, 0, kh - 1, kw - 1], [i, o, -1, -1], [1, 1, -1, -1]);
    return b.op('Conv', [dy, kh === 1 && kw === 1 ? swapped : turned], physical, 'float32', {
      strides: ints(1, 1),
      dilations: ints(info.dilationHeight, info.dilationWidth),
      pads: ints(reach[0] - p.top, reach[1] - p.left, reach[0] - p.bottom, reach[1] - p.right),
      kernel_shape: ints(kh, kw),
      group: { int: 1 },
    });
  }
  return transposed(b, dy, materialise(b, filter, [3, 2, 0, 1]), info, physical, 1);
}

/** ConvTranspose with the output size of `info`'s input. */
function transposed(b: GraphBuilder, dy: Value, filter: Value, info: Info, physical: number[], group: number): Value {
  const extra = (size: number, out: number, stride: number, reach: number, before: number, after: number): number =>
    size - ((out - 1) * stride + reach + 1 - before - after);
  const { padInfo: p } = info;
  const extraHeight = extra(
    info.inHeight,
    info.outHeight,
    info.strideHeight,
    (info.filterHeight - 1) * info.dilationHeight,
    p.top,
    p.bottom,
  );
  const extraWidth = extra(
    info.inWidth,
    info.outWidth,
    info.strideWidth,
    (info.filterWidth - 1) * info.dilationWidth,
    p.left,
    p.right,
  );
  return b.op('ConvTranspose', [dy, filter], physical, 'float32', {
    ...convAttributes(info, group),
    output_padding: ints(extraHeight, extraWidth),
  });
}

/** The input pixels that filter tap (row, column) sees, one per output pixel: [N, C, outHeight, outWidth]. */
function tap(b: GraphBuilder, padded: Value, info: Info, row: number, column: number): Value {
  const [n, c] = padded.shape as [number, number];
  const top = row * info.dilationHeight;
  const left = column * info.dilationWidth;
  return sliceValue(
    b,
    padded,
    [0, 0, top, left],
    [n, c, top + (info.outHeight - 1) * info.strideHeight + 1, left + (info.outWidth - 1) * info.strideWidth + 1],
    [1, 1, info.strideHeight, info.strideWidth],
  );
}

function padImage(b: GraphBuilder, x: Value, { padInfo: p }: Info): Value {
  if (p.top === 0 && p.bottom === 0 && p.left === 0 && p.right === 0) return x;
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const shape = [n, c, h + p.top + p.bottom, w + p.left + p.right];
  return b.op('Pad', [x, b.int64([0, 0, p.top, p.left, 0, 0, p.bottom, p.right]), b.scalar(0)], shape, 'float32');
}

/** dy x^T over the pixels, summed over the batch. [N, O, P], [N, I, P] -> [1, O, I] */
function outerProduct(b: GraphBuilder, dy: Value, x: Value): Value {
  const [n, o] = dy.shape as [number, number];
  const i = x.shape[1] as number;
  const product = b.op('FusedMatMul', [dy, x], [n, o, i], 'float32', { transB: { int: 1 } }, 'com.microsoft');
  return b.op('ReduceSum', [product, b.int64([0])], [1, o, i], 'float32', { keepdims: { int: 1 } });
}

const flatten = (b: GraphBuilder, x: Value): Value => {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  return reshapeValue(b, x, [n, c, h * w]);
};

/**
 * Filter gradient: for each tap one batched product of dy with the input pixels the tap saw. Two to three times faster
 * than a convolution with swapped axes.
 * @returns physically [kh * kw, O, I]
 */
function filterGradient(b: GraphBuilder, x: Value, dy: Value, info: Info): Value {
  const { inChannels: i, outChannels: o, filterHeight: kh, filterWidth: kw } = info;
  const unit = info.strideHeight === 1 && info.strideWidth === 1 && info.dilationHeight === 1;
  // A tap per copy of x costs kh kw I; a column per copy of x and a row per copy of dy costs kw I + kh O.
  const products = unit && kh * kw * i > kw * i + kh * o ? tapsByShift(b, x, dy, info) : tapsBySlice(b, x, dy, info);
  return products.length === 1
    ? (products[0] as Value)
    : b.op('Concat', products, [products.length, o, i], 'float32', { axis: { int: 0 } });
}

function tapsBySlice(b: GraphBuilder, x: Value, dy: Value, info: Info): Value[] {
  const rows = flatten(b, dy);
  const padded = padImage(b, x, info);
  return taps(info).map(([row, column]) => outerProduct(b, rows, flatten(b, tap(b, padded, info, row, column))));
}

/** Stride 1: x is moved sideways once per column of the filter, dy down once per row; zeros fill the gaps. */
function tapsByShift(b: GraphBuilder, x: Value, dy: Value, info: Info): Value[] {
  const [n, c, height] = x.shape as [number, number, number];
  const { padInfo: p, outHeight, outWidth, filterHeight, filterWidth, outChannels: o } = info;
  const tall = height + p.top + p.bottom;
  const padded = padImage(b, x, info);
  const rows = Array.from({ length: filterHeight }, (_, row) => {
    const pads = b.int64([0, 0, row, 0, 0, 0, tall - outHeight - row, 0]);
    return flatten(b, b.op('Pad', [dy, pads, b.scalar(0)], [n, o, tall, outWidth], 'float32'));
  });
  // One column at a time, so that one copy of x is alive at a time.
  const products = Array.from({ length: filterWidth }, (_, column) => {
    const moved = flatten(b, sliceValue(b, padded, [0, 0, 0, column], [n, c, tall, column + outWidth]));
    return rows.map((row) => outerProduct(b, row, moved));
  });
  return taps(info).map(([row, column]) => products[column]?.[row] as Value);
}

/** Row and column of every filter tap, row-major. */
function taps({ filterHeight, filterWidth }: Info): [number, number][] {
  return Array.from({ length: filterHeight * filterWidth }, (_, index) => [
    Math.floor(index / filterWidth),
    index % filterWidth,
  ]);
}

/** Filter gradient of a depthwise convolution with M outputs per channel. @returns physically [kh * kw, C * M] */
function depthwiseFilterGradient(b: GraphBuilder, x: Value, dy: Value, info: Info): Value {
  const padded = padImage(b, x, info);
  const { batchSize: n, inChannels: c, outChannels: o, outHeight: h, outWidth: w } = info;
  // With one output per channel taps and gradient match as they are.
  const several = o !== c;
  const shape = several ? [n, c, o / c, h, w] : [n, c, h, w];
  const gradient = reshapeValue(b, dy, shape);
  const pixels = b.int64(several ? [0, 3, 4] : [0, 2, 3]);
  const sums = taps(info).map(([row, column]) => {
    const seen = reshapeValue(b, tap(b, padded, info, row, column), several ? [n, c, 1, h, w] : [n, c, h, w]);
    const product = b.op('Mul', [seen, gradient], shape, 'float32');
    const sum = b.op('ReduceSum', [product, pixels], several ? [c, o / c] : [c], 'float32', { keepdims: { int: 0 } });
    return reshapeValue(b, sum, [1, o]);
  });
  return sums.length === 1
    ? (sums[0] as Value)
    : b.op('Concat', sums, [sums.length, o], 'float32', { axis: { int: 0 } });
}

/** Convolutions and their gradients, by tfjs kernel name. */
export const convolutionLowerings: LoweringTable = {
  Conv2D: (call) => {
    const [x, filter] = [input(call, 'x'), input(call, 'filter')];
    const info = convInfo(call.attrs, x.shape, filter.shape);
    const last = info.dataFormat === 'channelsLast';
    const physical = [info.batchSize, info.outChannels, info.outHeight, info.outWidth];
    const values = [materialise(call.b, x, imageOrder(last)), materialise(call.b, filter, [3, 2, 0, 1])];
    return image(call.b.op('Conv', values, physical, 'float32', convAttributes(info)), last);
  },
  Conv2DBackpropInput: (call) => {
    const [dy, filter] = [input(call, 'dy'), input(call, 'filter')];
    const info = convInfo(call.attrs, call.attrs['inputShape'] as number[], filter.shape);
    const last = info.dataFormat === 'channelsLast';
    return image(inputGradient(call.b, materialise(call.b, dy, imageOrder(last)), filter, info), last);
  },
  Conv2DBackpropFilter: (call) => {
    const [x, dy] = [input(call, 'x'), input(call, 'dy')];
    const shape = call.attrs['filterShape'] as [number, number, number, number];
    const info = convInfo(call.attrs, x.shape, shape);
    const order = imageOrder(info.dataFormat === 'channelsLast');
    const taps = filterGradient(call.b, materialise(call.b, x, order), materialise(call.b, dy, order), info);
    const [kh, kw, i, o] = shape;
    // [kh * kw, O, I] is HWIO with the last two swapped.
    return { type: 'float32', shape, value: reshapeValue(call.b, taps, [kh, kw, o, i]), perm: [0, 1, 3, 2] };
  },
  DepthwiseConv2dNative: (call) => {
    const [x, filter] = [input(call, 'x'), input(call, 'filter')];
    const info = convInfo(call.attrs, x.shape, filter.shape, true);
    const physical = [info.batchSize, info.outChannels, info.outHeight, info.outWidth];
    const values = [materialise(call.b, x, imageOrder(true)), depthwiseFilter(call.b, filter)];
    return image(call.b.op('Conv', values, physical, 'float32', convAttributes(info, info.inChannels)), true);
  },
  DepthwiseConv2dNativeBackpropInput: (call) => {
    const [dy, filter] = [input(call, 'dy'), input(call, 'filter')];
    const info = convInfo(call.attrs, call.attrs['inputShape'] as number[], filter.shape, true);
    const physical = [info.batchSize, info.inChannels, info.inHeight, info.inWidth];
    const value = materialise(call.b, dy, imageOrder(true));
    return image(transposed(call.b, value, depthwiseFilter(call.b, filter), info, physical, info.inChannels), true);
  },
  DepthwiseConv2dNativeBackpropFilter: (call) => {
    const [x, dy] = [input(call, 'x'), input(call, 'dy')];
    const shape = call.attrs['filterShape'] as [number, number, number, number];
    const info = convInfo(call.attrs, x.shape, shape, true);
    const values = [materialise(call.b, x, imageOrder(true)), materialise(call.b, dy, imageOrder(true))] as const;
    const taps = depthwiseFilterGradient(call.b, values[0], values[1], info);
    return { type: 'float32', shape, value: reshapeValue(call.b, taps, shape), perm: [0, 1, 2, 3] };
  },
};
