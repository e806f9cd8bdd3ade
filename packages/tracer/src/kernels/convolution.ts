/** Convolutions and their gradients. Physically NCHW and OIHW; see `layout.ts`. */
import type { GraphBuilder } from '../builder.js';
import type { Value } from '../ir.js';
import { materialise, reshapeValue, type Lazy } from '../layout.js';
import { depthwiseFilterGradient, filterGradient, inputGradient } from './convolution-gradients.js';
import { convAttributes, convInfo, ints, type Info } from './convolution-geometry.js';
import { sliceValue } from './slice.js';
import { isSmall, matrixFilterGradient, matrixForward, matrixInputGradient } from './depthwise-matrix.js';
import { input, type LoweringTable } from './types.js';

/** Physical order of an image whose logical order is `dataFormat`. */
function imageOrder(channelsLast: boolean): number[] {
  return channelsLast ? [0, 3, 1, 2] : [0, 1, 2, 3];
}

/** An NCHW value as a tensor of the program. */
function image(value: Value, channelsLast: boolean): Lazy {
  const [n, c, h, w] = value.shape as [number, number, number, number];
  return { type: 'float32', shape: channelsLast ? [n, h, w, c] : [n, c, h, w], value, perm: imageOrder(channelsLast) };
}

/** Filter [kh, kw, C, M] as ONNX wants it for groups: [C * M, 1, kh, kw]. */
function depthwiseFilter(b: GraphBuilder, filter: Lazy): Value {
  const [kh, kw, c, m] = filter.shape as [number, number, number, number];
  return reshapeValue(b, materialise(b, filter, [2, 3, 0, 1]), [c * m, 1, kh, kw]);
}

/** An image in NCHW order without rows and columns at the end that no window sees. */
function covered(b: GraphBuilder, x: Lazy, { dataFormat, padInfo: p }: Info): Value {
  const value = materialise(b, x, imageOrder(dataFormat === 'channelsLast'));
  const [n, c, h, w] = value.shape as [number, number, number, number];
  return sliceValue(b, value, [0, 0, 0, 0], [n, c, h + Math.min(0, p.bottom), w + Math.min(0, p.right)]);
}

/** Images as they come from outside: few channels, side by side in memory. */
function staysInterleaved(b: GraphBuilder, { value, perm }: Lazy, info: Info): boolean {
  return (
    b.target === 'cpu' &&
    info.inChannels > 1 &&
    info.inChannels <= 4 &&
    info.dilationWidth === 1 &&
    Math.min(info.padInfo.bottom, info.padInfo.right) >= 0 &&
    value.shape.length === 4 &&
    perm.every((axis, position) => axis === position)
  );
}

/**
 * Convolution of an image whose channels lie side by side, without a transpose: a row of C channels is a row of one
 * channel that is C times as wide, and so are filter, stride and padding.
 */
function interleaved(b: GraphBuilder, x: Lazy, filter: Lazy, info: Info): Value {
  const { batchSize: n, inChannels: c, outChannels: o, inHeight: h, inWidth: w, padInfo: p } = info;
  const { filterHeight: kh, filterWidth: kw } = info;
  const row = reshapeValue(b, materialise(b, x), [n, 1, h, w * c]);
  const wide = reshapeValue(b, materialise(b, filter, [3, 0, 1, 2]), [o, 1, kh, kw * c]);
  return b.op('Conv', [row, wide], [n, o, info.outHeight, info.outWidth], 'float32', {
    strides: ints(info.strideHeight, info.strideWidth * c),
    dilations: ints(info.dilationHeight, 1),
    pads: ints(p.top, p.left * c, p.bottom, p.right * c),
    kernel_shape: ints(kh, kw * c),
    group: { int: 1 },
  });
}

/** Convolutions and their gradients, by tfjs kernel name. */
export const convolutionLowerings: LoweringTable = {
  Conv2D: (call) => {
    const [x, filter] = [input(call, 'x'), input(call, 'filter')];
    const info = convInfo(call.attrs, x.shape, filter.shape);
    const last = info.dataFormat === 'channelsLast';
    const physical = [info.batchSize, info.outChannels, info.outHeight, info.outWidth];
    if (last && staysInterleaved(call.b, x, info)) return image(interleaved(call.b, x, filter, info), last);
    const values = [covered(call.b, x, info), materialise(call.b, filter, [3, 2, 0, 1])];
    return image(call.b.op('Conv', values, physical, 'float32', convAttributes(info)), last);
  },
  Conv2DBackpropInput: (call) => {
    const [dy, filter] = [input(call, 'dy'), input(call, 'filter')];
    const info = convInfo(call.attrs, call.attrs['inputShape'] as number[], filter.shape);
    const last = info.dataFormat === 'channelsLast';
    const forward = (): Value => materialise(call.b, filter, [3, 2, 0, 1]);
    const swapped = (): Value => materialise(call.b, filter, [2, 3, 0, 1]);
    const value = materialise(call.b, dy, imageOrder(last));
    return image(inputGradient(call.b, value, { forward, swapped }, info, 1), last);
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
    // Constant filters are packed once, which is faster still.
    if (isSmall(call.b, info) && !call.b.isConstant(filter.value)) {
      const all = [materialise(call.b, x, imageOrder(true)), depthwiseFilter(call.b, filter)] as const;
      return image(matrixForward(call.b, ...all, info), true);
    }
    const physical = [info.batchSize, info.outChannels, info.outHeight, info.outWidth];
    const values = [covered(call.b, x, info), depthwiseFilter(call.b, filter)];
    return image(call.b.op('Conv', values, physical, 'float32', convAttributes(info, info.inChannels)), true);
  },
  DepthwiseConv2dNativeBackpropInput: (call) => {
    const [dy, filter] = [input(call, 'dy'), input(call, 'filter')];
    const info = convInfo(call.attrs, call.attrs['inputShape'] as number[], filter.shape, true);
    const [kh, kw, c, m] = filter.shape as [number, number, number, number];
    const forward = (): Value => depthwiseFilter(call.b, filter);
    const swapped = (): Value => reshapeValue(call.b, forward(), [c, m, kh, kw]);
    const value = materialise(call.b, dy, imageOrder(true));
    if (isSmall(call.b, info)) return image(matrixInputGradient(call.b, value, forward(), info), true);
    return image(inputGradient(call.b, value, { forward, swapped }, info, c), true);
  },
  DepthwiseConv2dNativeBackpropFilter: (call) => {
    const [x, dy] = [input(call, 'x'), input(call, 'dy')];
    const shape = call.attrs['filterShape'] as [number, number, number, number];
    const info = convInfo(call.attrs, x.shape, shape, true);
    const values = [materialise(call.b, x, imageOrder(true)), materialise(call.b, dy, imageOrder(true))] as const;
    const gradient = isSmall(call.b, info) ? matrixFilterGradient : depthwiseFilterGradient;
    const taps = gradient(call.b, values[0], values[1], info);
    const [kh, kw, c, m] = shape;
    return { type: 'float32', shape, value: reshapeValue(call.b, taps, [c, m, kh, kw]), perm: [2, 3, 0, 1] };
  },
};
