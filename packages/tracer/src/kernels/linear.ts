/** Matrix products, batch norm and image resizing. */
import type { Value } from '../ir.js';
import { arrange, elementwise, materialise, plain, reshapeValue, uniform, type Lazy } from '../layout.js';
import type { GraphBuilder } from '../builder.js';
import { input, type KernelCall, type LoweringTable } from './types.js';

/** The physical matrix of a rank-2 tensor and whether it lies transposed. */
function matrix(b: GraphBuilder, x: Lazy): { value: Value; flipped: boolean } {
  const flipped = x.perm.length === 2 && x.perm[0] === 1;
  return { value: materialise(b, x, flipped ? [1, 0] : [0, 1]), flipped };
}

function matMul(call: KernelCall): Lazy {
  const { b } = call;
  const [a, c] = [input(call, 'a'), input(call, 'b')];
  const { transposeA, transposeB } = call.attrs as { transposeA: boolean; transposeB: boolean };
  const rank = Math.max(a.shape.length, c.shape.length);
  const rows = a.shape.at(transposeA ? -1 : -2) as number;
  const columns = c.shape.at(transposeB ? -2 : -1) as number;
  if (rank === 2) {
    const [left, right] = [matrix(b, a), matrix(b, c)];
    return plain(
      b.op('Gemm', [left.value, right.value], [rows, columns], 'float32', {
        transA: { int: Number(transposeA !== left.flipped) },
        transB: { int: Number(transposeB !== right.flipped) },
      }),
    );
  }
  const batch = a.shape.slice(0, -2).map((size, axis) => Math.max(size, c.shape[axis] as number));
  const side = (x: Lazy, flip: boolean): Value => {
    const order = x.shape.map((_, axis) => axis);
    if (!flip) return materialise(b, x, order);
    const swapped = [...order.slice(0, -2), order.length - 1, order.length - 2];
    return materialise(b, x, swapped);
  };
  return plain(b.op('MatMul', [side(a, transposeA), side(c, transposeB)], [...batch, rows, columns], 'float32'));
}

/** Inference batch norm. Per-channel parameters take ONNX's one-sweep operator, anything else is spelled out. */
function batchNorm(call: KernelCall): Lazy {
  const { b, inputs } = call;
  const x = input(call, 'x');
  const epsilon = call.attrs['varianceEpsilon'] as number;
  const perChannel = ['scale', 'offset', 'mean', 'variance'].every((name) => (inputs[name]?.shape.length ?? 1) === 1);
  if (!perChannel || x.shape.length < 2) return normalise(call, x, epsilon);
  const channels = x.shape.at(-1) as number;
  const perm = [0, x.shape.length - 1, ...x.shape.map((_, axis) => axis).slice(1, -1)];
  const vector = (name: string, fallback: number): Value => {
    const parameter = inputs[name];
    if (parameter === undefined) return b.constant(new Float32Array(channels).fill(fallback), [channels], 'float32');
    return materialise(b, parameter);
  };
  const values = [
    materialise(b, x, perm),
    vector('scale', 1),
    vector('offset', 0),
    vector('mean', 0),
    vector('variance', 1),
  ];
  const shape = perm.map((axis) => x.shape[axis] as number);
  const value = b.op('BatchNormalization', values, shape, 'float32', { epsilon: { float: epsilon } });
  return { type: 'float32', shape: x.shape, value, perm };
}

/** (x - mean) / sqrt(variance + epsilon) * scale + offset, broadcasting: layer normalisation uses it so. */
function normalise({ b, inputs }: KernelCall, x: Lazy, epsilon: number): Lazy {
  const apply = (op: string, ...operands: Lazy[]): Lazy => elementwise(b, op, operands, 'float32');
  const { mean, variance, scale, offset } = inputs as Record<string, Lazy>;
  if (mean === undefined || variance === undefined) throw new Error('batchNorm lacks its mean or variance');
  const deviation = apply('Sqrt', apply('Add', variance, uniform(b, epsilon, [], 'float32')));
  const standard = apply('Div', apply('Sub', x, mean), deviation);
  const scaled = scale === undefined ? standard : apply('Mul', standard, scale);
  return offset === undefined ? scaled : apply('Add', scaled, offset);
}

function resize(call: KernelCall, mode: 'linear' | 'nearest'): Lazy {
  const { b } = call;
  const x = input(call, 'images');
  const { size, alignCorners, halfPixelCenters } = call.attrs as {
    size: [number, number];
    alignCorners: boolean;
    halfPixelCenters: boolean;
  };
  const perm = [0, 3, 1, 2];
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const shape = [n, c, ...size];
  const coordinates = alignCorners ? 'align_corners' : halfPixelCenters ? 'half_pixel' : 'asymmetric';
  if (h === size[0] && w === size[1]) return x;
  const value = b.op(
    'Resize',
    [arrange(b, { ...x, value: materialise(b, x, perm), perm }, perm), undefined, undefined, b.int64(shape)],
    shape,
    'float32',
    {
      mode: { string: mode },
      coordinate_transformation_mode: { string: coordinates },
      // tfjs nearest: round(scale r) when corners are aligned, floor(scale (r + 1/2)) with half-pixel centres, else floor(scale r).
      nearest_mode: { string: alignCorners || halfPixelCenters ? 'round_prefer_ceil' : 'floor' },
    },
  );
  return { type: 'float32', shape: [n, ...size, c], value, perm };
}

/** Settings of a resize along one axis. */
interface Sampling {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
  readonly from: number;
  readonly to: number;
}

/** Gradient of a separable resize: dx = A_h^T dy A_w with the interpolation matrices [to, from] as constants. */
function resizeGradient(call: KernelCall, weights: (sampling: Sampling) => Float32Array): Lazy {
  const { b } = call;
  const [images, dy] = [input(call, 'images'), input(call, 'dy')];
  const { alignCorners, halfPixelCenters } = call.attrs as { alignCorners: boolean; halfPixelCenters: boolean };
  const [n, h, w, c] = images.shape as [number, number, number, number];
  const [, outH, outW] = dy.shape as [number, number, number, number];
  const along = (from: number, to: number): Float32Array => weights({ alignCorners, halfPixelCenters, from, to });
  const value = materialise(b, dy, [0, 3, 1, 2]);
  const rows = b.constant(transposeMatrix(along(h, outH), outH, h), [h, outH], 'float32');
  const columns = b.constant(along(w, outW), [outW, w], 'float32');
  const wide = b.op('MatMul', [reshapeValue(b, value, [n * c * outH, outW]), columns], [n * c * outH, w], 'float32');
  const tall = b.op('MatMul', [rows, reshapeValue(b, wide, [n * c, outH, w])], [n * c, h, w], 'float32');
  const result = reshapeValue(b, tall, [n, c, h, w]);
  return { type: 'float32', shape: images.shape, value: result, perm: [0, 3, 1, 2] };
}

function transposeMatrix(matrix: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(
    { length: matrix.length },
    (_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)] as number,
  );
}

/** Where output `row` samples the input. */
function sourcePosition({ alignCorners, halfPixelCenters, from, to }: Sampling, row: number): number {
  if (alignCorners) return to > 1 ? (row * (from - 1)) / (to - 1) : 0;
  return halfPixelCenters ? Math.max(0, ((row + 0.5) * from) / to - 0.5) : (row * from) / to;
}

function bilinear(sampling: Sampling): Float32Array {
  const { from, to } = sampling;
  const matrix = new Float32Array(to * from);
  for (let row = 0; row < to; row++) {
    const position = sourcePosition(sampling, row);
    const low = Math.min(Math.floor(position), from - 1);
    const high = Math.min(low + 1, from - 1);
    const share = position - low;
    matrix[row * from + low] = (matrix[row * from + low] as number) + 1 - share;
    matrix[row * from + high] = (matrix[row * from + high] as number) + share;
  }
  return matrix;
}

function nearest(sampling: Sampling): Float32Array {
  const { from, to, alignCorners, halfPixelCenters } = sampling;
  const matrix = new Float32Array(to * from);
  for (let row = 0; row < to; row++) {
    const position = halfPixelCenters && !alignCorners ? ((row + 0.5) * from) / to : sourcePosition(sampling, row);
    const column = Math.min(from - 1, alignCorners ? Math.round(position) : Math.floor(position));
    matrix[row * from + column] = 1;
  }
  return matrix;
}

/** Matrix products, batch norm and resizing, by tfjs kernel name. */
export const linearLowerings: LoweringTable = {
  BatchMatMul: matMul,
  FusedBatchNorm: batchNorm,
  ResizeBilinear: (call) => resize(call, 'linear'),
  ResizeNearestNeighbor: (call) => resize(call, 'nearest'),
  ResizeBilinearGrad: (call) => resizeGradient(call, bilinear),
  ResizeNearestNeighborGrad: (call) => resizeGradient(call, nearest),
};
