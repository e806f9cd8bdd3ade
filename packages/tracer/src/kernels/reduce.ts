/** Reductions, argmax, softmax, cumulative sums and top-k. */
import type { GraphBuilder } from '../builder.js';
import { sizeOf, type Value } from '../ir.js';
import { cast, castValue, elementwise, materialise, plain, uniform, uniformValue, type Lazy } from '../layout.js';
import { sliceValue } from './slice.js';
import { input, type KernelCall, type Lowering, type LoweringTable } from './types.js';

/** Normalised, sorted logical axes; all of them when none is given. */
export function axesOf(axis: unknown, rank: number): number[] {
  if (axis === undefined || axis === null) return Array.from({ length: rank }, (_, i) => i);
  const list = Array.isArray(axis) ? (axis as number[]) : [axis as number];
  return [...new Set(list.map((value) => (value < 0 ? value + rank : value)))].sort((a, c) => a - c);
}

/** Reduces logical `axes` and drops them; broadcast axes are dropped without computing. */
function reduce(b: GraphBuilder, op: string, x: Lazy, axes: readonly number[], keepDims: boolean): Lazy {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const shape = keepDims
    ? x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : kept.map((axis) => x.shape[axis] as number);
  if (x.perm.length === 0) return { ...x, shape };
  const physical = x.perm.flatMap((axis, position) => (axes.includes(axis) ? [position] : []));
  const survivors = x.perm.flatMap((axis, position) => (axes.includes(axis) ? [] : [{ axis, position }]));
  const dims = keepDims
    ? x.value.shape.map((size, position) => (physical.includes(position) ? 1 : size))
    : survivors.map(({ position }) => x.value.shape[position] as number);
  const value =
    physical.length === 0
      ? x.value
      : b.op(op, [x.value, b.int64(physical)], dims, x.value.type, { keepdims: { int: Number(keepDims) } });
  return { type: x.type, shape, value, perm: keepDims ? x.perm : survivors.map(({ axis }) => kept.indexOf(axis)) };
}

/** How many logical elements each physical element of the reduced axes stands for. */
function multiplicity(x: Lazy, axes: readonly number[]): number {
  if (x.perm.length === 0) return axes.reduce((product, axis) => product * (x.shape[axis] as number), 1);
  return x.perm.reduce(
    (product, axis, position) =>
      axes.includes(axis) && x.value.shape[position] === 1 ? product * (x.shape[axis] as number) : product,
    1,
  );
}

function scaled(b: GraphBuilder, x: Lazy, factor: number): Lazy {
  const known = uniformValue(x);
  if (known !== undefined) return uniform(b, known * factor, x.shape, x.type);
  return factor === 1 ? x : elementwise(b, 'Mul', [x, uniform(b, factor, [], x.type)], x.type);
}

const target = (call: KernelCall): [Lazy, number[], boolean] => {
  const x = input(call, 'x');
  return [x, axesOf(call.attrs['axis'], x.shape.length), call.attrs['keepDims'] === true];
};

const reduction =
  (op: string): Lowering =>
  (call) => {
    const [x, axes, keepDims] = target(call);
    return reduce(call.b, op, x, axes, keepDims);
  };

/** Any and All reduce integers: ONNX has no boolean reductions. */
const logical =
  (op: string): Lowering =>
  (call) => {
    const [x, axes, keepDims] = target(call);
    return cast(call.b, reduce(call.b, op, cast(call.b, x, 'int32'), axes, keepDims), 'bool');
  };

const arg =
  (op: string): Lowering =>
  (call) => {
    const x = input(call, 'x');
    const [axis] = axesOf(call.attrs['axis'], x.shape.length);
    const value = materialise(call.b, x);
    const shape = x.shape.filter((_, i) => i !== axis);
    const index = call.b.op(op, [value], shape, 'int64', { axis: { int: axis as number }, keepdims: { int: 0 } });
    return plain(castValue(call.b, index, 'int32'));
  };

/** By doubling, ONNX having none: after each step every element is the product of twice as many. */
function cumulativeProduct(
  b: GraphBuilder,
  x: Lazy,
  axis: number,
  { exclusive, reverse }: { exclusive: boolean; reverse: boolean },
): Lazy {
  const along = axis < 0 ? axis + x.shape.length : axis;
  const length = x.shape[along] as number;
  const moved = (value: Value, by: number): Value => {
    const ends = x.shape.map((size, i) => (i === along && !reverse ? size - by : size));
    const rest = sliceValue(
      b,
      value,
      x.shape.map((_, i) => (i === along && reverse ? by : 0)),
      ends,
    );
    const ones = materialise(
      b,
      uniform(
        b,
        1,
        x.shape.map((size, i) => (i === along ? by : size)),
        x.type,
      ),
    );
    return b.op('Concat', reverse ? [rest, ones] : [ones, rest], x.shape, x.type, { axis: { int: along } });
  };
  let value = materialise(b, x);
  if (exclusive) value = moved(value, 1);
  for (let by = 1; by < length; by *= 2) value = b.op('Mul', [value, moved(value, by)], x.shape, x.type);
  return plain(value);
}

/** Reductions, softmax, top-k and their kin, by tfjs kernel name. */
export const reduceLowerings: LoweringTable = {
  Sum: (call) => {
    const [x, axes, keepDims] = target(call);
    const numeric = x.type === 'bool' ? cast(call.b, x, 'int32') : x;
    return scaled(call.b, reduce(call.b, 'ReduceSum', numeric, axes, keepDims), multiplicity(numeric, axes));
  },
  Mean: (call) => {
    const [x, axes, keepDims] = target(call);
    return reduce(call.b, 'ReduceMean', cast(call.b, x, 'float32'), axes, keepDims);
  },
  Max: (call) => {
    const x = input(call, 'x');
    const axis = call.attrs['reductionIndices'] ?? call.attrs['axis'];
    return reduce(call.b, 'ReduceMax', x, axesOf(axis, x.shape.length), call.attrs['keepDims'] === true);
  },
  Min: reduction('ReduceMin'),
  Prod: (call) => {
    const [x, axes, keepDims] = target(call);
    const full: Lazy = { ...x, value: materialise(call.b, x), perm: x.shape.map((_, axis) => axis) };
    return reduce(call.b, 'ReduceProd', full, axes, keepDims);
  },
  Any: logical('ReduceMax'),
  All: logical('ReduceMin'),
  ArgMax: arg('ArgMax'),
  ArgMin: arg('ArgMin'),
  Softmax: (call) => {
    const x = input(call, 'logits');
    const value = materialise(call.b, x);
    return plain(call.b.op('Softmax', [value], x.shape, 'float32', { axis: { int: -1 } }));
  },
  LogSoftmax: (call) => {
    const x = input(call, 'logits');
    const value = materialise(call.b, x);
    return plain(call.b.op('LogSoftmax', [value], x.shape, 'float32', { axis: { int: -1 } }));
  },
  Cumsum: (call) => {
    const x = input(call, 'x');
    const { axis, exclusive, reverse } = call.attrs as { axis: number; exclusive: boolean; reverse: boolean };
    const index = call.b.constant(Int32Array.of(axis), [], 'int32');
    const attributes = { exclusive: { int: Number(exclusive) }, reverse: { int: Number(reverse) } };
    return plain(call.b.op('CumSum', [materialise(call.b, x), index], x.shape, x.type, attributes));
  },
  Cumprod: (call) => {
    const { axis, exclusive, reverse } = call.attrs as { axis: number; exclusive: boolean; reverse: boolean };
    return cumulativeProduct(call.b, input(call, 'x'), axis, { exclusive, reverse });
  },
  TopK: (call) => {
    const x = input(call, 'x');
    const { k, sorted } = call.attrs as { k: number; sorted: boolean };
    const shape = [...x.shape.slice(0, -1), k];
    const values = call.b.op('TopK', [materialise(call.b, x), call.b.int64([k])], shape, x.type, {
      axis: { int: -1 },
      sorted: { int: Number(sorted) },
    });
    if (values.producer === undefined) throw new Error('TopK has no producer');
    const indices = call.b.extraOutput(values.producer, shape, 'int64');
    return [plain(values), plain(castValue(call.b, indices, 'int32'))];
  },
  Einsum: (call) => {
    const equation = (call.attrs['equation'] as string).replaceAll(' ', '');
    const [left, right] = equation.split('->') as [string, string];
    const sizes = new Map<string, number>();
    left
      .split(',')
      .forEach((term, i) => [...term].forEach((axis, j) => sizes.set(axis, call.list[i]?.shape[j] as number)));
    const shape = [...right].map((axis) => sizes.get(axis) as number);
    const values = call.list.map((x) => materialise(call.b, x));
    return plain(call.b.op('Einsum', values, shape, 'float32', { equation: { string: equation } }));
  },
  Bincount: (call) => {
    // Not a reduction of ONNX; one-hot rows summed.
    const x = input(call, 'x');
    const weights = input(call, 'weights');
    const size = call.attrs['size'] as number;
    const { b } = call;
    const n = sizeOf(x.shape);
    const range = b.constant(
      Int32Array.from({ length: size }, (_, i) => i),
      [1, size],
      'int32',
    );
    const column = b.op('Reshape', [materialise(b, x), b.int64([n, 1])], [n, 1], 'int32');
    const hit = castValue(b, b.op('Equal', [column, range], [n, size], 'bool'), 'float32');
    const weighted =
      sizeOf(weights.shape) === 0
        ? hit
        : b.op(
            'Mul',
            [hit, b.op('Reshape', [materialise(b, weights), b.int64([n, 1])], [n, 1], 'float32')],
            [n, size],
            'float32',
          );
    return plain(b.op('ReduceSum', [weighted, b.int64([0])], [size], 'float32', { keepdims: { int: 0 } }));
  },
};
