/** Pooling and its gradients. */
import * as tf from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../builder.js';
import { sizeOf, type Attribute, type Value } from '../ir.js';
import { castValue, materialise, reshapeValue, uniform, type Lazy } from '../layout.js';
import { withTruePadding } from './convolution-geometry.js';
import { sliceValue } from './slice.js';
import { input, type KernelCall, type LoweringTable } from './types.js';

type Info = tf.backend_util.Conv2DInfo;

const nchw = [0, 3, 1, 2];

function poolInfo(call: KernelCall, shape: readonly number[]): Info {
  const { filterSize, strides, pad, dimRoundingMode } = call.attrs as {
    filterSize: [number, number] | number;
    strides: [number, number] | number;
    pad: 'valid' | 'same' | number;
    dimRoundingMode?: 'floor' | 'round' | 'ceil';
  };
  const info = tf.backend_util.computePool2DInfo(
    shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const whole = withTruePadding(info);
  if (Math.min(whole.padInfo.bottom, whole.padInfo.right) < 0)
    throw new Error('no window sees the last pixels with this padding; pad the image first, then use "valid"');
  return whole;
}

function attributes(info: Info): Record<string, Attribute> {
  const { padInfo: p } = info;
  return {
    kernel_shape: { ints: [info.filterHeight, info.filterWidth] },
    strides: { ints: [info.strideHeight, info.strideWidth] },
    pads: { ints: [p.top, p.left, p.bottom, p.right] },
  };
}

function image(value: Value): Lazy {
  const [n, c, h, w] = value.shape as [number, number, number, number];
  return { type: 'float32', shape: [n, h, w, c], value, perm: nchw };
}

const outShape = (info: Info): number[] => [info.batchSize, info.outChannels, info.outHeight, info.outWidth];

function pool(call: KernelCall, op: string): Lazy {
  const x = input(call, 'x');
  const info = poolInfo(call, x.shape);
  return image(call.b.op(op, [materialise(call.b, x, nchw)], outShape(info), 'float32', attributes(info)));
}

/** The forward node's indices: the flat NCHW position each maximum came from. */
function maximumIndices(b: GraphBuilder, output: Lazy, source: Lazy, info: Info): Value {
  const producer = output.value.producer;
  const node =
    producer?.op === 'MaxPool'
      ? producer
      : b.op('MaxPool', [materialise(b, source, nchw)], outShape(info), 'float32', attributes(info)).producer;
  if (node === undefined) throw new Error('MaxPool has no producer');
  return node.outputs[1] ?? b.extraOutput(node, outShape(info), 'int64');
}

/**
 * dy at the first maximum of each window, zero elsewhere, where windows do not overlap: for operators that know no
 * indices. Tap by tap the pixels are compared with their maximum, then the taps are put side by side again.
 */
function toFirstMaxima(b: GraphBuilder, x: Value, y: Value, dy: Value, info: Info): Value {
  const { strideHeight: sh, strideWidth: sw, filterHeight, filterWidth, inHeight, inWidth } = info;
  const [n, c, h, w] = y.shape as [number, number, number, number];
  const zero = b.scalar(0);
  /** Windows whose maximum is still to come. */
  let open: Value | undefined;
  const logic = (op: string, ...values: Value[]): Value => b.op(op, values, y.shape, 'bool');
  const at = (row: number, column: number): Value => {
    if (row >= filterHeight || column >= filterWidth) return materialise(b, uniform(b, 0, y.shape, 'float32'));
    const end = [n, c, row + (h - 1) * sh + 1, column + (w - 1) * sw + 1];
    const hit = logic('Equal', sliceValue(b, x, [0, 0, row, column], end, [1, 1, sh, sw]), y);
    const first = open === undefined ? hit : logic('And', hit, open);
    const other = logic('Not', hit);
    open = open === undefined ? other : logic('And', open, other);
    return b.op('Where', [first, dy, zero], y.shape, 'float32');
  };
  const side = (values: Value[], shape: number[], axis: number): Value =>
    b.op('Concat', values, shape, 'float32', { axis: { int: axis } });
  const rows = Array.from({ length: sh }, (_, row) => {
    const columns = Array.from({ length: sw }, (_, column) => reshapeValue(b, at(row, column), [n, c, h, w, 1]));
    return reshapeValue(b, side(columns, [n, c, h, w, sw], 4), [n, c, h, 1, w * sw]);
  });
  const whole = reshapeValue(b, side(rows, [n, c, h, sh, w * sw], 3), [n, c, h * sh, w * sw]);
  // What no window reaches has no gradient; of a last stride without pixels nothing is left.
  const kept = sliceValue(b, whole, [0, 0, 0, 0], [n, c, Math.min(h * sh, inHeight), Math.min(w * sw, inWidth)]);
  const [bottom, right] = [Math.max(0, inHeight - h * sh), Math.max(0, inWidth - w * sw)];
  if (bottom + right === 0) return kept;
  return b.op('Pad', [kept, b.int64([0, 0, 0, 0, 0, 0, bottom, right]), zero], [n, c, inHeight, inWidth], 'float32');
}

/** Pooling and its gradients, by tfjs kernel name. */
export const poolingLowerings: LoweringTable = {
  MaxPool: (call) => pool(call, 'MaxPool'),
  AvgPool: (call) => pool(call, 'AveragePool'),
  MaxPoolWithArgmax: (call) => {
    const { b } = call;
    const source = input(call, 'x');
    const result = pool(call, 'MaxPool');
    const info = poolInfo(call, source.shape);
    const { batchSize: n, inChannels: c, inHeight, inWidth } = info;
    const indices = maximumIndices(b, result, source, info);
    const calculate = (op: string, value: Value, other: Value): Value =>
      b.op(op, [value, other], indices.shape, 'int64');
    const along = (count: number, step: number, shape: number[]): Value =>
      b.constant(
        BigInt64Array.from({ length: count }, (_, i) => BigInt(i * step)),
        shape,
        'int64',
      );
    // ONNX counts in NCHW; tfjs in NHWC, within an image unless told otherwise.
    const pixel = calculate('Mod', indices, b.int64([inHeight * inWidth]));
    const inImage = calculate('Add', calculate('Mul', pixel, b.int64([c])), along(c, 1, [1, c, 1, 1]));
    const whole = call.attrs['includeBatchInIndex'] === true;
    const flat = whole ? calculate('Add', inImage, along(n, inHeight * inWidth * c, [n, 1, 1, 1])) : inImage;
    return [result, { ...image(flat), type: 'int32', value: castValue(b, flat, 'int32') }];
  },
  MaxPoolGrad: (call) => {
    const { b } = call;
    const source = input(call, 'input');
    const info = poolInfo(call, source.shape);
    const dy = materialise(b, input(call, 'dy'), nchw);
    const shape = [info.batchSize, info.inChannels, info.inHeight, info.inWidth];
    const { padInfo: p } = info;
    const padded = p.top + p.bottom + p.left + p.right > 0;
    const disjoint = !padded && info.strideHeight >= info.filterHeight && info.strideWidth >= info.filterWidth;
    if (disjoint && b.target === 'portable') {
      return image(
        toFirstMaxima(b, materialise(b, source, nchw), materialise(b, input(call, 'output'), nchw), dy, info),
      );
    }
    const indices = maximumIndices(b, input(call, 'output'), source, info);
    if (disjoint) {
      const kernel = {
        kernel_shape: { ints: [info.filterHeight, info.filterWidth] },
        strides: { ints: [info.strideHeight, info.strideWidth] },
      };
      return image(b.op('MaxUnpool', [dy, indices, b.int64(shape)], shape, 'float32', kernel));
    }
    // Overlapping windows may share a maximum: their gradients add up. (MaxUnpool knows no padding either.)
    const size = sizeOf(shape);
    const zeros = materialise(b, uniform(b, 0, [size], 'float32'));
    const flat = (value: Value): Value => reshapeValue(b, value, [sizeOf(dy.shape)]);
    const sum = b.op('ScatterElements', [zeros, flat(indices), flat(dy)], [size], 'float32', {
      axis: { int: 0 },
      reduction: { string: 'add' },
    });
    return image(reshapeValue(b, sum, shape));
  },
  AvgPoolGrad: (call) => {
    const { b } = call;
    const source = input(call, 'input');
    const info = poolInfo(call, source.shape);
    const { filterHeight: kh, filterWidth: kw, padInfo: p, inChannels: c } = info;
    const shape = [info.batchSize, c, info.inHeight, info.inWidth];
    // Each output divides by the number of real pixels it saw; then every tap spreads one share back.
    const counts = new Float32Array(info.outHeight * info.outWidth);
    for (let y = 0; y < info.outHeight; y++) {
      for (let x = 0; x < info.outWidth; x++) {
        const top = y * info.strideHeight - p.top;
        const left = x * info.strideWidth - p.left;
        const rows = Math.min(top + kh, info.inHeight) - Math.max(top, 0);
        const columns = Math.min(left + kw, info.inWidth) - Math.max(left, 0);
        counts[y * info.outWidth + x] = 1 / (rows * columns);
      }
    }
    const share = b.constant(counts, [1, 1, info.outHeight, info.outWidth], 'float32');
    const dy = b.op('Mul', [materialise(b, input(call, 'dy'), nchw), share], outShape(info), 'float32');
    const ones = b.op('Expand', [b.scalar(1), b.int64([c, 1, kh, kw])], [c, 1, kh, kw], 'float32');
    const extraHeight = info.inHeight - ((info.outHeight - 1) * info.strideHeight + kh - p.top - p.bottom);
    const extraWidth = info.inWidth - ((info.outWidth - 1) * info.strideWidth + kw - p.left - p.right);
    return image(
      b.op('ConvTranspose', [dy, ones], shape, 'float32', {
        ...attributes(info),
        group: { int: c },
        output_padding: { ints: [extraHeight, extraWidth] },
      }),
    );
  },
};
