/**
 * How a tfjs tensor is represented while tracing. The program sees logical shapes (NHWC images, HWIO filters); the graph
 * may hold the same tensor with its axes permuted and with broadcast axes still of length 1:
 *
 * - `perm[p]` is the logical axis that physical axis `p` holds. Convolutions leave their result in NCHW order and everything
 *   elementwise follows, so that transposes appear only where a reshape forces one.
 * - A physical dimension is the logical one, or 1: a broadcast not carried out. `tf.ones([32,224,224,16])` is one scalar.
 * - A value of rank 0 stands for any logical shape.
 */
import type { GraphBuilder } from './builder.js';
import { sizeOf, type ElementType, type Value } from './ir.js';

/** A traced tensor. */
export interface Lazy {
  readonly type: 'float32' | 'int32' | 'bool';
  /** Shape as the program sees it. */
  readonly shape: readonly number[];
  readonly value: Value;
  /** Physical axis -> logical axis; length is the rank of `value`. */
  readonly perm: readonly number[];
}

/** [0, 1, ..., rank - 1] */
export function identity(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => axis);
}

/** A tensor whose physical form is its logical form. */
export function plain(value: Value): Lazy {
  return { type: value.type as Lazy['type'], shape: value.shape, value, perm: identity(value.shape.length) };
}

/** A constant number of any logical shape. */
export function uniform(b: GraphBuilder, value: number, shape: readonly number[], type: Lazy['type']): Lazy {
  const data =
    type === 'float32' ? Float32Array.of(value) : type === 'int32' ? Int32Array.of(value) : Uint8Array.of(value);
  return { type, shape, value: b.constant(data, [], type), perm: [] };
}

/** The number a tensor is full of, when it is known to be a uniform constant. */
export function uniformValue(x: Lazy): number | undefined {
  return x.value.data !== undefined && x.value.shape.length === 0 ? Number(x.value.data[0]) : undefined;
}

/** The broadcast of two logical shapes. @throws Error when they do not fit; tfjs leaves the check to its backends */
export function broadcastShape(a: readonly number[], c: readonly number[]): number[] {
  const rank = Math.max(a.length, c.length);
  return identity(rank).map((axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = c[axis - rank + c.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1)
      throw new Error(`shapes [${a.join(', ')}] and [${c.join(', ')}] do not broadcast`);
    return left === 1 ? right : left;
  });
}

/** Physical dimensions in logical order, left-padded with 1 to `rank`. */
function logicalDims(x: Lazy, rank: number): number[] {
  const dims = Array.from({ length: rank }, () => 1);
  const offset = rank - x.shape.length;
  x.perm.forEach((axis, position) => {
    dims[axis + offset] = x.value.shape[position] as number;
  });
  return dims;
}

/** A reshape node, or nothing when the shape is right already, now or before the last reshape. */
export function reshapeValue(b: GraphBuilder, value: Value, shape: readonly number[]): Value {
  if (value.shape.length === shape.length && value.shape.every((size, axis) => size === shape[axis])) return value;
  const [source] = value.producer?.op === 'Reshape' ? value.producer.inputs : [];
  if (source !== undefined) return reshapeValue(b, source, shape);
  return b.op('Reshape', [value, b.int64(shape)], shape, value.type);
}

/** A transpose node, or nothing when the order is right already. */
export function transposeValue(b: GraphBuilder, value: Value, order: readonly number[]): Value {
  if (order.every((axis, position) => axis === position)) return value;
  const shape = order.map((axis) => value.shape[axis] as number);
  return b.op('Transpose', [value], shape, value.type, { perm: { ints: order } });
}

/**
 * The value of `x` with `perm.length` axes in the order `perm`, broadcast axes left at 1; scalars stay scalars, they
 * broadcast anyway. Axes of length 1 move for free.
 */
export function arrange(b: GraphBuilder, x: Lazy, perm: readonly number[]): Value {
  if (x.value.shape.length === 0) return x.value;
  const rank = perm.length;
  const offset = rank - x.shape.length;
  const dims = logicalDims(x, rank);
  const target = perm.map((axis) => dims[axis] as number);
  const wanted = perm.filter((axis) => dims[axis] !== 1);
  const present = x.perm.map((axis) => axis + offset).filter((axis) => dims[axis] !== 1);
  if (wanted.every((axis, position) => axis === present[position])) return reshapeValue(b, x.value, target);
  const squeezed = reshapeValue(
    b,
    x.value,
    present.map((axis) => dims[axis] as number),
  );
  const moved = transposeValue(
    b,
    squeezed,
    wanted.map((axis) => present.indexOf(axis)),
  );
  return reshapeValue(b, moved, target);
}

/** The value of `x` in axis order `perm` with every broadcast carried out. */
export function materialise(b: GraphBuilder, x: Lazy, perm: readonly number[] = identity(x.shape.length)): Value {
  const value = arrange(b, x, perm);
  const shape = perm.map((axis) => x.shape[axis] as number);
  if (value.shape.length === shape.length && value.shape.every((size, axis) => size === shape[axis])) return value;
  if (value.data !== undefined && value.shape.length === 0 && sizeOf(shape) === 1) {
    return b.constant(value.data, shape, value.type);
  }
  return b.op('Expand', [value, b.int64(shape)], shape, value.type);
}

/** The axis order an elementwise result over `operands` should have: that of the largest one of full rank. */
function commonOrder(operands: readonly Lazy[], rank: number): readonly number[] {
  const candidates = operands.filter((x) => x.perm.length === rank);
  const largest = candidates.reduce<Lazy | undefined>(
    (best, x) => (best === undefined || sizeOf(x.value.shape) > sizeOf(best.value.shape) ? x : best),
    undefined,
  );
  return largest?.perm ?? identity(rank);
}

/** An elementwise node over broadcast operands, in the operands' own layout. */
export function elementwise(
  b: GraphBuilder,
  op: string,
  operands: readonly Lazy[],
  type: Lazy['type'],
  attributes: Parameters<GraphBuilder['op']>[4] = {},
): Lazy {
  const shape = operands.map((x) => x.shape as number[]).reduce(broadcastShape);
  const perm = commonOrder(operands, shape.length);
  const values = operands.map((x) => arrange(b, x, perm));
  const physical = values.map((value) => value.shape as number[]).reduce(broadcastShape);
  const flat = b.target === 'cpu' ? withoutOnes(values, physical) : physical;
  const result = b.op(
    op,
    flat === physical
      ? values
      : values.map((value) => (value.shape.length === 0 ? value : reshapeValue(b, value, flat))),
    flat,
    type,
    attributes,
  );
  return {
    type,
    shape,
    value: reshapeValue(b, result, physical),
    perm: physical.length === 0 ? [] : perm,
  };
}

/** Elements from which on it pays to reshape. */
const many = 4096;

/**
 * The shape of an operation with scalars, without axes of length 1 at its end, as 1x1 filters have them: with these ONNX
 * Runtime goes from element to element instead of through rows, which takes ten times as long.
 */
function withoutOnes(values: readonly Value[], physical: readonly number[]): readonly number[] {
  const last = physical.findLastIndex((size) => size !== 1);
  const scalars = values.filter(({ shape }) => shape.length === 0).length;
  const alike = values.filter(({ shape }) => shape.join() === physical.join()).length;
  const helps = scalars > 0 && scalars + alike === values.length && sizeOf(physical) >= many;
  return helps ? physical.slice(0, last + 1) : physical;
}

/** Changes the element type; a no-op when it fits already. */
export function cast(b: GraphBuilder, x: Lazy, type: Lazy['type']): Lazy {
  if (x.type === type) return x;
  const known = uniformValue(x);
  if (known !== undefined) {
    return uniform(
      b,
      type === 'bool' ? Number(known !== 0) : type === 'int32' ? Math.trunc(known) : known,
      x.shape,
      type,
    );
  }
  return { ...x, type, value: castValue(b, x.value, type) };
}

/** A Cast node. */
export function castValue(b: GraphBuilder, value: Value, type: ElementType): Value {
  if (value.type === type) return value;
  return b.op('Cast', [value], value.shape, type, { to: { int: onnxType[type] } });
}

/** ONNX TensorProto.DataType numbers. */
export const onnxType: Readonly<Record<ElementType, number>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
};
