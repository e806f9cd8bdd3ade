/** Gradients of convolutions as convolutions and matrix products. */
import type { GraphBuilder } from '../builder.js';
import type { Value } from '../ir.js';
import { reshapeValue, transposeValue } from '../layout.js';
import { convAttributes, ints, type Info } from './convolution-geometry.js';
import { sliceValue } from './slice.js';

/** The filter of a convolution as its input gradient needs it; both are the same numbers in another order. */
interface GradientFilter {
  /** [O, I / group, kh, kw], as Conv has it. */
  readonly forward: () => Value;
  /** [I, O / group, kh, kw]: the filter of the convolution that goes back. */
  readonly swapped: () => Value;
}

/**
 * Input gradient. At stride 1 it is a convolution with the filter turned by 180 degrees, which ONNX Runtime computes up
 * to three times faster than ConvTranspose.
 * @param dy [N, O, outHeight, outWidth]
 * @param group 1, or the number of channels of a depthwise convolution
 */
export function inputGradient(b: GraphBuilder, dy: Value, filter: GradientFilter, info: Info, group: number): Value {
  const physical = [info.batchSize, info.inChannels, info.inHeight, info.inWidth];
  const { padInfo: p, filterHeight: kh, filterWidth: kw } = info;
  const reach = [(kh - 1) * info.dilationHeight, (kw - 1) * info.dilationWidth] as const;
  if (info.strideHeight !== 1 || info.strideWidth !== 1) {
    if (Math.min(p.bottom, p.right) < 0)
      throw new Error('its gradient leaves out pixels that no window sees; pad the image first, then use "valid"');
    return transposed(b, dy, filter.forward(), info, physical, group);
  }
  // What lies further out than the filter reaches saw padding alone.
  const margins = [reach[0] - p.top, reach[1] - p.left, reach[0] - p.bottom, reach[1] - p.right] as const;
  const [top, left, bottom, right] = margins.map((margin) => Math.max(0, -margin)) as [number, number, number, number];
  const [n, outputs, h, w] = dy.shape as [number, number, number, number];
  const near = sliceValue(b, dy, [0, 0, top, left], [n, outputs, h - bottom, w - right]);
  const swapped = filter.swapped();
  const [i, o] = swapped.shape as [number, number];
  const turned = sliceValue(b, swapped, [0, 0, kh - 1, kw - 1], [i, o, -1, -1], [1, 1, -1, -1]);
  return b.op('Conv', [near, kh === 1 && kw === 1 ? swapped : turned], physical, 'float32', {
    strides: ints(1, 1),
    dilations: ints(info.dilationHeight, info.dilationWidth),
    pads: ints(...margins.map((margin) => Math.max(0, margin))),
    kernel_shape: ints(kh, kw),
    group: { int: group },
  });
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
  const [n, o, p] = dy.shape as [number, number, number];
  const i = x.shape[1] as number;
  if (o * i > p * (o + i)) {
    // Few pixels and many channels: moving the batch to the pixels costs less than adding up a product per image.
    const rows = (value: Value, channels: number): Value => {
      return reshapeValue(b, transposeValue(b, value, [1, 0, 2]), [channels, n * p]);
    };
    const product = b.op('Gemm', [rows(dy, o), rows(x, i)], [o, i], 'float32', {
      transA: { int: 0 },
      transB: { int: 1 },
    });
    return reshapeValue(b, product, [1, o, i]);
  }
  const product =
    b.target === 'cpu'
      ? b.op('FusedMatMul', [dy, x], [n, o, i], 'float32', { transB: { int: 1 } }, 'com.microsoft')
      : b.op('MatMul', [dy, transposeValue(b, x, [0, 2, 1])], [n, o, i], 'float32');
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
export function filterGradient(b: GraphBuilder, x: Value, dy: Value, info: Info): Value {
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

/**
 * Filter gradient of a depthwise convolution with M outputs per channel.
 * @returns physically [C * M, kh * kw]
 */
export function depthwiseFilterGradient(b: GraphBuilder, x: Value, dy: Value, info: Info): Value {
  return b.target === 'cpu' ? imagesByGradients(b, x, dy, info) : tapSums(b, x, dy, info);
}

/** For each tap the product of dy with the input pixels the tap saw, summed over the pixels. */
function tapSums(b: GraphBuilder, x: Value, dy: Value, info: Info): Value {
  const padded = padImage(b, x, info);
  const { batchSize: n, inChannels: c, outChannels: o, outHeight: h, outWidth: w } = info;
  const gradient = reshapeValue(b, dy, [n, c, o / c, h, w]);
  const sums = taps(info).map(([row, column]) => {
    const seen = reshapeValue(b, tap(b, padded, info, row, column), [n, c, 1, h, w]);
    const product = b.op('Mul', [seen, gradient], [n, c, o / c, h, w], 'float32');
    const sum = b.op('ReduceSum', [product, b.int64([0, 3, 4])], [c, o / c], 'float32', { keepdims: { int: 0 } });
    return reshapeValue(b, sum, [o, 1]);
  });
  return b.op('Concat', sums, [o, sums.length], 'float32', { axis: { int: 1 } });
}

/**
 * A convolution of every channel of every image with its own output gradient, strides and dilations exchanged, summed over
 * the images. Up to six times faster than a product and a sum for each tap.
 */
function imagesByGradients(b: GraphBuilder, x: Value, dy: Value, info: Info): Value {
  const { batchSize: n, inChannels: c, outChannels: o, outHeight: h, outWidth: w, padInfo: p } = info;
  const { filterHeight: kh, filterWidth: kw } = info;
  // Pixels that no tap sees at the end of a row or column make some taps too many.
  const end = (size: number, out: number, stride: number, taps: number, dilation: number, before: number): number =>
    (out - 1) * stride + (taps - 1) * dilation + 1 - size - before;
  const bottom = end(info.inHeight, h, info.strideHeight, kh, info.dilationHeight, p.top);
  const right = end(info.inWidth, w, info.strideWidth, kw, info.dilationWidth, p.left);
  const extra = (missing: number, dilation: number): number => Math.max(0, Math.floor(-missing / dilation));
  const size = [kh + extra(bottom, info.dilationHeight), kw + extra(right, info.dilationWidth)] as const;
  const images = reshapeValue(b, x, [1, n * c, info.inHeight, info.inWidth]);
  const filters = reshapeValue(b, dy, [n * o, 1, h, w]);
  const taps = b.op('Conv', [images, filters], [1, n * o, ...size], 'float32', {
    strides: ints(info.dilationHeight, info.dilationWidth),
    dilations: ints(info.strideHeight, info.strideWidth),
    pads: ints(p.top, p.left, Math.max(0, bottom), Math.max(0, right)),
    kernel_shape: ints(h, w),
    group: { int: n * c },
  });
  const wanted = reshapeValue(b, sliceValue(b, taps, [0, 0, 0, 0], [1, n * o, kh, kw]), [n, o * kh * kw]);
  const sum = b.op('ReduceSum', [wanted, b.int64([0])], [o * kh * kw], 'float32', { keepdims: { int: 0 } });
  return reshapeValue(b, sum, [o, kh * kw]);
}
