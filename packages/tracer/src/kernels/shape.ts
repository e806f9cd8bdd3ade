/** Reshape, transpose, slice, pad, concat, gather and other movements of data. */
import * as tf from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../builder.js';
import { sizeOf, type Value } from '../ir.js';
import { cast, castValue, identity, materialise, plain, reshapeValue, uniform, type Lazy } from '../layout.js';
import { axesOf } from './reduce.js';
import { sliceValue } from './slice.js';
import { input, type KernelCall, type Lowering, type LoweringTable } from './types.js';

const notOne = (shape: readonly number[]): number[] => shape.flatMap((size, axis) => (size === 1 ? [] : [axis]));

/** Reshape. Adding or dropping axes of length 1 keeps layout and broadcasts; anything else needs the plain form. */
export function reshape(b: GraphBuilder, x: Lazy, shape: readonly number[]): Lazy {
  if (x.perm.length === 0) return { ...x, shape };
  if (shape.length === x.shape.length && shape.every((size, axis) => size === x.shape[axis])) return x;
  const [before, after] = [notOne(x.shape), notOne(shape)];
  const sameSizes =
    before.length === after.length && before.every((axis, i) => x.shape[axis] === shape[after[i] as number]);
  if (!sameSizes) return plain(reshapeValue(b, materialise(b, x), shape));
  const kept = x.perm.flatMap((axis, position) => (x.shape[axis] === 1 ? [] : [{ axis, position }]));
  const ones = shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
  const perm = [...kept.map(({ axis }) => after[before.indexOf(axis)] as number), ...ones];
  const physical = [...kept.map(({ position }) => x.value.shape[position] as number), ...ones.map(() => 1)];
  return { type: x.type, shape, value: reshapeValue(b, x.value, physical), perm };
}

/** Moves axes: the order is remembered, nothing is computed. */
export function transpose(x: Lazy, order: readonly number[]): Lazy {
  return { ...x, shape: order.map((axis) => x.shape[axis] as number), perm: x.perm.map((axis) => order.indexOf(axis)) };
}

/** The physical counterparts of per-axis settings; broadcast axes get `neutral`. */
function physicalOf<T>(x: Lazy, perAxis: readonly T[], neutral: T): T[] {
  return x.perm.map((axis, position) =>
    x.value.shape[position] === 1 && x.shape[axis] !== 1 ? neutral : (perAxis[axis] as T),
  );
}

function slice(b: GraphBuilder, x: Lazy, begin: readonly number[], size: readonly number[]): Lazy {
  if (x.perm.length === 0) return { ...x, shape: size };
  const starts = physicalOf(x, begin, 0);
  const lengths = physicalOf(x, size, 1);
  const value = sliceValue(
    b,
    x.value,
    starts,
    starts.map((start, axis) => start + (lengths[axis] as number)),
  );
  return { ...x, shape: size, value };
}

/** A slice as tfjs takes it: trailing axes may be left out, a size of -1 reaches to the end. */
export function partial(b: GraphBuilder, x: Lazy, begin: readonly number[], size: readonly number[]): Lazy {
  const tensor = { shape: [...x.shape], rank: x.shape.length } as unknown as tf.Tensor;
  const [starts, lengths] = tf.slice_util.parseSliceParams(tensor, [...begin], [...size]);
  return slice(b, x, starts as number[], lengths as number[]);
}

/** Pads; numpy-style [before, after] per logical axis. */
export function pad(
  b: GraphBuilder,
  x: Lazy,
  paddings: readonly (readonly [number, number])[],
  mode: string,
  constant: number,
): Lazy {
  const shape = x.shape.map((size, axis) => size + (paddings[axis]?.[0] ?? 0) + (paddings[axis]?.[1] ?? 0));
  const perm = x.perm.length === x.shape.length ? x.perm : identity(x.shape.length);
  const value = materialise(b, x, perm);
  const physical = perm.map((axis) => paddings[axis] as readonly [number, number]);
  const pads = b.int64([...physical.map(([before]) => before), ...physical.map(([, after]) => after)]);
  const fill = x.type === 'float32' ? b.scalar(constant) : b.constant(Int32Array.of(constant), [], 'int32');
  const inputs = mode === 'constant' ? [value, pads, fill] : [value, pads];
  const physicalShape = perm.map((axis) => shape[axis] as number);
  return {
    type: x.type,
    shape,
    perm,
    value: b.op('Pad', inputs, physicalShape, x.value.type, { mode: { string: mode } }),
  };
}

function concat(b: GraphBuilder, list: readonly Lazy[], axis: number): Lazy {
  const first = list[0] as Lazy;
  const rank = first.shape.length;
  const perm = list.find((x) => x.perm.length === rank)?.perm ?? identity(rank);
  const shape = first.shape.map((size, i) =>
    i === axis ? list.reduce((sum, x) => sum + (x.shape[i] as number), 0) : size,
  );
  const values = list.filter((x) => sizeOf(x.shape) > 0).map((x) => materialise(b, x, perm));
  if (values.length === 1) return { type: first.type, shape, perm, value: values[0] as Value };
  const value = b.op(
    'Concat',
    values,
    perm.map((i) => shape[i] as number),
    first.type,
    { axis: { int: perm.indexOf(axis) } },
  );
  return { type: first.type, shape, perm, value };
}

function gather(b: GraphBuilder, x: Lazy, indices: Lazy, axis: number): Lazy {
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  return plain(b.op('Gather', [materialise(b, x), materialise(b, indices)], shape, x.type, { axis: { int: axis } }));
}

/** Gathers along `axis`, the first axes of tensor and indices running together. */
function gatherInBatch(b: GraphBuilder, x: Lazy, indices: Lazy, axis: number, batchDims: number): Lazy {
  const axes = identity(x.shape.length);
  // ONNX gathers along the axis after the batch: the one to gather along goes there, and the ones between come back.
  const order = [...axes.slice(0, batchDims), axis, ...axes.slice(batchDims, axis), ...axes.slice(axis + 1)];
  const table = materialise(b, x, order);
  const index = castValue(b, reshapeValue(b, materialise(b, indices), [...indices.shape, 1]), 'int64');
  const picked = indices.shape.slice(batchDims);
  const between = x.shape.slice(batchDims, axis);
  const after = x.shape.slice(axis + 1);
  const batch = x.shape.slice(0, batchDims);
  const physical = [...batch, ...picked, ...between, ...after];
  const value = b.op('GatherND', [table, index], physical, x.type, { batch_dims: { int: batchDims } });
  const [n, p, m] = [batchDims, picked.length, between.length];
  const moved = [
    ...identity(n),
    ...identity(p).map((i) => n + m + i),
    ...identity(m).map((i) => n + i),
    ...identity(after.length).map((i) => n + p + m + i),
  ];
  return { type: x.type, shape: [...batch, ...between, ...picked, ...after], value, perm: moved };
}

const firstAxis = (call: KernelCall, rank: number, name = 'axis'): number =>
  axesOf(call.attrs[name] ?? 0, rank)[0] as number;

const stridedSlice: Lowering = (call) => {
  const x = input(call, 'x');
  const at = call.attrs as Record<'begin' | 'end' | 'strides', number[]> &
    Record<'beginMask' | 'endMask' | 'ellipsisMask' | 'newAxisMask' | 'shrinkAxisMask', number>;
  const info = tf.slice_util.sliceInfo(
    [...x.shape],
    at.begin,
    at.end,
    at.strides,
    at.beginMask,
    at.endMask,
    at.ellipsisMask,
    at.newAxisMask,
    at.shrinkAxisMask,
  );
  if (info.isIdentity) return reshape(call.b, x, info.finalShape);
  if (info.finalShapeSparse.some((size) => size === 0)) return uniform(call.b, 0, info.finalShape, x.type);
  const value = sliceValue(call.b, materialise(call.b, x), info.begin, info.end, info.strides);
  return reshape(call.b, plain(value), info.finalShape);
};

/** Movements of data, by tfjs kernel name. */
export const shapeLowerings: LoweringTable = {
  Reshape: (call) => {
    const x = input(call, 'x');
    const size = sizeOf(x.shape);
    return reshape(call.b, x, tf.util.inferFromImplicitShape(call.attrs['shape'] as number[], size));
  },
  ExpandDims: (call) => {
    const x = input(call, 'input');
    const dim = call.attrs['dim'] as number;
    const axis = dim < 0 ? dim + x.shape.length + 1 : dim;
    return reshape(call.b, x, [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]);
  },
  Transpose: (call) => transpose(input(call, 'x'), call.attrs['perm'] as number[]),
  Slice: (call) => partial(call.b, input(call, 'x'), call.attrs['begin'] as number[], call.attrs['size'] as number[]),
  StridedSlice: stridedSlice,
  PadV2: (call) =>
    pad(
      call.b,
      input(call, 'x'),
      call.attrs['paddings'] as [number, number][],
      'constant',
      (call.attrs['constantValue'] as number | undefined) ?? 0,
    ),
  MirrorPad: (call) => {
    const mode = call.attrs['mode'] === 'reflect' ? 'reflect' : undefined;
    const x = input(call, 'x');
    const paddings = call.attrs['paddings'] as [number, number][];
    if (mode !== undefined) return pad(call.b, x, paddings, mode, 0);
    // Symmetric: the border itself is repeated; as one gather per padded axis.
    return paddings.reduce((result, [before, after], axis) => {
      if (before === 0 && after === 0) return result;
      const n = result.shape[axis] as number;
      const index = Int32Array.from({ length: before + n + after }, (_, i) => {
        const p = i - before;
        return p < 0 ? -p - 1 : p >= n ? 2 * n - p - 1 : p;
      });
      return gather(call.b, result, plain(call.b.constant(index, [index.length], 'int32')), axis);
    }, x);
  },
  Concat: (call) => concat(call.b, call.list, firstAxis(call, (call.list[0] as Lazy).shape.length)),
  Pack: (call) => {
    const axis = axesOf(call.attrs['axis'] ?? 0, (call.list[0] as Lazy).shape.length + 1)[0] as number;
    const expand = (x: Lazy): Lazy => reshape(call.b, x, [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]);
    return concat(call.b, call.list.map(expand), axis);
  },
  Unpack: (call) => {
    const x = input(call, 'value');
    const axis = firstAxis(call, x.shape.length);
    return identity(x.shape[axis] as number).map((index) => {
      const begin = x.shape.map((_, i) => (i === axis ? index : 0));
      const size = x.shape.map((length, i) => (i === axis ? 1 : length));
      return reshape(
        call.b,
        slice(call.b, x, begin, size),
        x.shape.filter((_, i) => i !== axis),
      );
    });
  },
  SplitV: (call) => {
    const x = input(call, 'x');
    const axis = firstAxis(call, x.shape.length);
    const shape = { shape: [...x.shape], rank: x.shape.length } as unknown as tf.Tensor;
    const sizes = tf.backend_util.prepareSplitSize(shape, call.attrs['numOrSizeSplits'] as number[], axis);
    let start = 0;
    return sizes.map((length) => {
      const begin = x.shape.map((_, i) => (i === axis ? start : 0));
      start += length;
      return slice(
        call.b,
        x,
        begin,
        x.shape.map((full, i) => (i === axis ? length : full)),
      );
    });
  },
  Tile: (call) => {
    const x = input(call, 'x');
    const reps = call.attrs['reps'] as number[];
    const shape = x.shape.map((size, axis) => size * (reps[axis] as number));
    const onlyOnes = x.shape.every((size, axis) => size === 1 || reps[axis] === 1);
    // Repeating an axis of length 1 is a broadcast, carried out only where it must be.
    if (x.perm.length === 0 || onlyOnes) return { ...x, shape };
    return plain(call.b.op('Tile', [materialise(call.b, x), call.b.int64(reps)], shape, x.type));
  },
  BroadcastTo: (call) => {
    const x = input(call, 'x');
    const shape = call.attrs['shape'] as number[];
    const padded = reshape(call.b, x, [...Array<number>(shape.length - x.shape.length).fill(1), ...x.shape]);
    return { ...padded, shape };
  },
  Reverse: (call) => {
    const x = input(call, 'x');
    const dims = axesOf(call.attrs['dims'], x.shape.length);
    const flipped = (axis: number): boolean => dims.includes(axis);
    const value = materialise(call.b, x);
    return plain(
      sliceValue(
        call.b,
        value,
        x.shape.map((size, axis) => (flipped(axis) ? size - 1 : 0)),
        x.shape.map((size, axis) => (flipped(axis) ? -1 : size)),
        x.shape.map((_, axis) => (flipped(axis) ? -1 : 1)),
      ),
    );
  },
  GatherV2: (call) => {
    const [x, indices] = [input(call, 'x'), input(call, 'indices')];
    const axis = firstAxis(call, x.shape.length);
    const { batchDims } = call.attrs as { batchDims?: number };
    if (batchDims !== undefined && batchDims !== 0) {
      const rank = indices.shape.length;
      return gatherInBatch(call.b, x, indices, axis, batchDims < 0 ? batchDims + rank : batchDims);
    }
    return gather(call.b, x, indices, axis);
  },
  GatherNd: (call) => {
    const [x, indices] = [input(call, 'params'), input(call, 'indices')];
    const depth = indices.shape.at(-1) as number;
    const shape = [...indices.shape.slice(0, -1), ...x.shape.slice(depth)];
    const index = castValue(call.b, materialise(call.b, indices), 'int64');
    return plain(call.b.op('GatherND', [materialise(call.b, x), index], shape, x.type));
  },
  ScatterNd: (call) => {
    const [indices, updates] = [input(call, 'indices'), input(call, 'updates')];
    const shape = call.attrs['shape'] as number[];
    const zeros = materialise(call.b, uniform(call.b, 0, shape, updates.type));
    const index = castValue(call.b, materialise(call.b, indices), 'int64');
    return plain(
      call.b.op('ScatterND', [zeros, index, materialise(call.b, updates)], shape, updates.type, {
        reduction: { string: 'add' },
      }),
    );
  },
  TensorScatterUpdate: (call) => {
    const [x, indices, updates] = [input(call, 'tensor'), input(call, 'indices'), input(call, 'updates')];
    const index = castValue(call.b, materialise(call.b, indices), 'int64');
    const values = [materialise(call.b, x), index, materialise(call.b, updates)];
    return plain(call.b.op('ScatterND', values, x.shape, x.type));
  },
  UnsortedSegmentSum: (call) => {
    const [x, ids] = [input(call, 'x'), input(call, 'segmentIds')];
    const shape = [call.attrs['numSegments'] as number, ...x.shape.slice(1)];
    const zeros = materialise(call.b, uniform(call.b, 0, shape, x.type));
    const index = castValue(call.b, reshapeValue(call.b, materialise(call.b, ids), [x.shape[0] as number, 1]), 'int64');
    return plain(
      call.b.op('ScatterND', [zeros, index, materialise(call.b, x)], shape, x.type, { reduction: { string: 'add' } }),
    );
  },
  OneHot: (call) => {
    const indices = input(call, 'indices');
    const { depth, onValue, offValue } = call.attrs as { depth: number; onValue: number; offValue: number };
    const { b } = call;
    const column = reshapeValue(b, materialise(b, cast(b, indices, 'int32')), [...indices.shape, 1]);
    const range = b.constant(
      Int32Array.from({ length: depth }, (_, i) => i),
      [depth],
      'int32',
    );
    const hit = b.op('Equal', [column, range], [...indices.shape, depth], 'bool');
    const type = call.attrs['dtype'] === 'int32' ? 'int32' : call.attrs['dtype'] === 'bool' ? 'bool' : 'float32';
    const of = (value: number): Value => uniform(b, value, [], type).value;
    return plain(b.op('Where', [hit, of(onValue), of(offValue)], [...indices.shape, depth], type));
  },
  Fill: (call) => {
    const { shape, value, dtype } = call.attrs as { shape: number[]; value: number; dtype?: string };
    return uniform(call.b, value, shape, dtype === 'int32' || dtype === 'bool' ? dtype : 'float32');
  },
  Range: (call) => {
    const { start, stop, step, dtype } = call.attrs as { start: number; stop: number; step: number; dtype: string };
    const n = Math.max(0, Math.ceil((stop - start) / step));
    const values = Array.from({ length: n }, (_, i) => start + i * step);
    return plain(
      dtype === 'int32'
        ? call.b.constant(Int32Array.from(values), [n], 'int32')
        : call.b.constant(Float32Array.from(values), [n], 'float32'),
    );
  },
  LinSpace: (call) => {
    const { start, stop, num } = call.attrs as { start: number; stop: number; num: number };
    const values = Float32Array.from(
      { length: num },
      (_, i) => start + (num === 1 ? 0 : ((stop - start) * i) / (num - 1)),
    );
    return plain(call.b.constant(values, [num], 'float32'));
  },
};
