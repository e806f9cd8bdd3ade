/**
 * Depthwise convolutions of small images as matrix products. ONNX Runtime convolves group by group on one thread, one small
 * product each. On few pixels it is cheaper to write the filter of a channel as the matrix that takes input pixels to output
 * pixels, mostly zeros, and to multiply all images of the batch with it at once.
 */
import type { GraphBuilder } from '../builder.js';
import type { Value } from '../ir.js';
import { reshapeValue, transposeValue } from '../layout.js';
import type { Info } from './convolution-geometry.js';

/** Input pixels up to which matrices win: with p pixels they cost p * p products where the filter costs p times its taps. */
const mostPixels = 64;

/** Whether a depthwise convolution is done by matrices. */
export function isSmall(b: GraphBuilder, info: Info): boolean {
  const pixels = info.inHeight * info.inWidth;
  const taps = info.filterHeight * info.filterWidth;
  return b.target === 'cpu' && info.outChannels === info.inChannels && pixels <= mostPixels && taps > 1 && pixels > 1;
}

/**
 * y [N, C, outHeight, outWidth]
 * @param x [N, C, inHeight, inWidth]
 * @param filter [C, 1, kh, kw]
 */
export function matrixForward(b: GraphBuilder, x: Value, filter: Value, info: Info): Value {
  const matrices = matricesOf(b, filter, info);
  return images(b, product(b, byChannel(b, x), matrices, {}), info.outHeight, info.outWidth);
}

/** dx [N, C, inHeight, inWidth]; `dy` and `filter` as for {@link matrixForward}. */
export function matrixInputGradient(b: GraphBuilder, dy: Value, filter: Value, info: Info): Value {
  const matrices = matricesOf(b, filter, info);
  return images(b, product(b, byChannel(b, dy), matrices, { transB: true }), info.inHeight, info.inWidth);
}

/** The filter gradient, physically [C, kh, kw]. */
export function matrixFilterGradient(b: GraphBuilder, x: Value, dy: Value, info: Info): Value {
  const { inChannels: c, filterHeight: kh, filterWidth: kw } = info;
  const [from, to] = [byChannel(b, x), byChannel(b, dy)];
  const gradient = product(b, from, to, { transA: true });
  const cells = reshapeValue(b, gradient, [c, (gradient.shape[1] as number) * (gradient.shape[2] as number)]);
  const taps = b.op('Gemm', [cells, placement(b, info)], [c, kh * kw], 'float32', {
    transA: { int: 0 },
    transB: { int: 1 },
  });
  return reshapeValue(b, taps, [c, kh, kw]);
}

/** Per channel the matrix from input to output pixels: [C, inPixels, outPixels]. */
function matricesOf(b: GraphBuilder, filter: Value, info: Info): Value {
  const { inChannels: c, filterHeight: kh, filterWidth: kw } = info;
  const [inPixels, outPixels] = [info.inHeight * info.inWidth, info.outHeight * info.outWidth];
  const taps = reshapeValue(b, filter, [c, kh * kw]);
  const cells = b.op('MatMul', [taps, placement(b, info)], [c, inPixels * outPixels], 'float32');
  return reshapeValue(b, cells, [c, inPixels, outPixels]);
}

/** 1 where a tap takes an input pixel to an output pixel, else 0: [kh * kw, inPixels * outPixels]. */
function placement(b: GraphBuilder, info: Info): Value {
  const { inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth, padInfo: p } = info;
  const [inPixels, outPixels] = [inHeight * inWidth, outHeight * outWidth];
  const data = new Float32Array(filterHeight * filterWidth * inPixels * outPixels);
  for (let tap = 0; tap < filterHeight * filterWidth; tap++) {
    const row = Math.floor(tap / filterWidth) * info.dilationHeight - p.top;
    const column = (tap % filterWidth) * info.dilationWidth - p.left;
    for (let to = 0; to < outPixels; to++) {
      const y = Math.floor(to / outWidth) * info.strideHeight + row;
      const x = (to % outWidth) * info.strideWidth + column;
      if (y < 0 || x < 0 || y >= inHeight || x >= inWidth) continue;
      data[(tap * inPixels + y * inWidth + x) * outPixels + to] = 1;
    }
  }
  return b.constant(data, [filterHeight * filterWidth, inPixels * outPixels], 'float32');
}

/** [N, C, h, w] -> [C, N, h * w] */
function byChannel(b: GraphBuilder, x: Value): Value {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  return transposeValue(b, reshapeValue(b, x, [n, c, h * w]), [1, 0, 2]);
}

/** [C, N, pixels] -> [N, C, height, width] */
function images(b: GraphBuilder, x: Value, height: number, width: number): Value {
  const [c, n] = x.shape as [number, number];
  return reshapeValue(b, transposeValue(b, x, [1, 0, 2]), [n, c, height, width]);
}

/** Products channel by channel, of the first operand's transpose, or with the second one's. */
function product(
  b: GraphBuilder,
  left: Value,
  right: Value,
  { transA = false, transB = false }: { readonly transA?: boolean; readonly transB?: boolean },
): Value {
  const [c, rows, inner] = left.shape as [number, number, number];
  const shape = [c, transA ? inner : rows, right.shape[transB ? 1 : 2] as number];
  if (!transA && !transB) return b.op('MatMul', [left, right], shape, 'float32');
  const attributes = { transA: { int: Number(transA) }, transB: { int: Number(transB) } };
  return b.op('FusedMatMul', [left, right], shape, 'float32', attributes, 'com.microsoft');
}
