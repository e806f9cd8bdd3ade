/** tfjs kernels as operations of a TensorFlow graph, which is what tfjs' GraphModel loads. */
import { fail } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import type { RecordedCall, RecordedTensor } from './record.js';

/** Attribute of a node, as the JSON form of TensorFlow's AttrValue. */
export type NodeAttribute =
  | { readonly b: boolean }
  | { readonly f: number }
  | { readonly i: string }
  | { readonly s: string }
  | { readonly type: string }
  | { readonly list: { readonly i: readonly string[] } }
  | { readonly shape: { readonly dim: readonly { readonly size: string }[] } };

/** An operand: a tensor of the program, numbers the operation is told (whole if several), or another operation's result. */
export type Operand = RecordedTensor | readonly number[] | number | Operation;

/** One node of the graph. */
export interface Operation {
  readonly op: string;
  readonly inputs: readonly Operand[];
  readonly attrs: Readonly<Record<string, NodeAttribute>>;
}

const flag = (b: unknown): NodeAttribute => ({ b: b === true });
const text = (value: string): NodeAttribute => ({ s: Buffer.from(value).toString('base64') });
const list = (values: readonly number[]): NodeAttribute => ({ list: { i: values.map(String) } });

/** The TensorFlow name of an element type. */
export function typeName(dtype: tf.DataType): string {
  return { float32: 'DT_FLOAT', int32: 'DT_INT32', bool: 'DT_BOOL', string: 'DT_STRING', complex64: 'DT_COMPLEX64' }[
    dtype
  ];
}

type Writer = (call: RecordedCall) => Operation | undefined;

/** An operation that reads the named inputs. */
const reads =
  (
    op: string,
    names: readonly string[],
    attrs: (call: RecordedCall) => Operation['attrs'] = () => ({}),
    told: (call: RecordedCall) => readonly (readonly number[])[] = () => [],
  ): Writer =>
  (call) => ({ op, inputs: [...names.map((name) => operand(call, name)), ...told(call)], attrs: attrs(call) });

function operand({ kernel, inputs }: RecordedCall, name: string): RecordedTensor {
  const tensor = inputs[name];
  if (tensor === undefined) throw new Error(`kernel ${kernel} was called without '${name}'`);
  return tensor;
}

const pair = (value: unknown): readonly [number, number] =>
  typeof value === 'number' ? [value, value] : (value as [number, number]);

/** Strides, padding and dilations of a convolution or a pool. */
function window({ attrs }: RecordedCall): Record<string, NodeAttribute> {
  const {
    strides,
    pad,
    dilations = 1,
    filterSize,
    dataFormat = 'NHWC',
  } = attrs as {
    strides: unknown;
    pad: 'same' | 'valid' | number;
    dilations?: unknown;
    filterSize?: unknown;
    dataFormat?: string;
  };
  const spread = (value: unknown): NodeAttribute => list([1, ...pair(value), 1]);
  const margin = typeof pad === 'number' ? pad : 0;
  return {
    strides: spread(strides),
    dilations: spread(dilations),
    data_format: text(dataFormat),
    padding: text(typeof pad === 'number' ? (pad === 0 ? 'VALID' : 'EXPLICIT') : pad.toUpperCase()),
    explicit_paddings: list(margin === 0 ? [] : [0, 0, margin, margin, margin, margin, 0, 0]),
    ...(filterSize === undefined ? {} : { ksize: spread(filterSize) }),
  };
}

/** Lowest number of float32: a maximum never takes it. */
const lowest = -3.4028234663852886e38;

/** Pools of a GraphModel know no padding by numbers: it becomes an operation of its own, which an average cannot have. */
const pool =
  (op: 'MaxPool' | 'AvgPool'): Writer =>
  (call) => {
    const x = operand(call, 'x');
    const { pad } = call.attrs;
    if (typeof pad !== 'number' || pad === 0) return { op, inputs: [x], attrs: window(call) };
    if (op === 'AvgPool') return undefined;
    const padded: Operation = { op: 'PadV2', inputs: [x, [0, 0, pad, pad, pad, pad, 0, 0], lowest], attrs: {} };
    return { op, inputs: [padded], attrs: window({ ...call, attrs: { ...call.attrs, pad: 'valid' } }) };
  };

const sizes = ({ attrs }: RecordedCall, name: string): readonly number[] => (attrs[name] as number[]).flat();

/** Axes a reduction goes over: all when none are named. */
function axes(call: RecordedCall): readonly number[] {
  const named = (call.attrs['axis'] ?? call.attrs['reductionIndices']) as number | readonly number[] | null | undefined;
  const { rank } = { rank: operand(call, 'x').shape.length };
  return named === null || named === undefined ? Array.from({ length: rank }, (_, axis) => axis) : [named].flat();
}

const reduction = (op: string): Writer =>
  reads(op, ['x'], ({ attrs }) => ({ keep_dims: flag(attrs['keepDims']) }), (call) => [axes(call)]); // prettier-ignore

const unary = (op: string): Writer => reads(op, ['x']);
const binary = (op: string): Writer => reads(op, ['a', 'b']);

const writers: Readonly<Record<string, Writer>> = {
  [tf.Identity]: unary('Identity'),
  [tf.Conv2D]: reads('Conv2D', ['x', 'filter'], window),
  [tf.DepthwiseConv2dNative]: reads('DepthwiseConv2dNative', ['x', 'filter'], window),
  [tf.Conv2DBackpropInput]: (call) => ({
    op: 'Conv2DBackpropInput',
    inputs: [sizes(call, 'inputShape'), operand(call, 'filter'), operand(call, 'dy')],
    attrs: window(call),
  }),
  [tf.FusedBatchNorm]: reads('FusedBatchNormV3', ['x', 'scale', 'offset', 'mean', 'variance'], ({ attrs }) => ({
    epsilon: { f: attrs['varianceEpsilon'] as number },
    is_training: flag(false),
  })),
  [tf.MaxPool]: pool('MaxPool'),
  [tf.AvgPool]: pool('AvgPool'),
  [tf.Relu]: unary('Relu'),
  [tf.Relu6]: unary('Relu6'),
  [tf.LeakyRelu]: reads('LeakyRelu', ['x'], ({ attrs }) => ({ alpha: { f: attrs['alpha'] as number } })),
  [tf.Sigmoid]: unary('Sigmoid'),
  [tf.Tanh]: unary('Tanh'),
  [tf.Step]: (call) => {
    const x = operand(call, 'x');
    if (call.attrs['alpha'] !== 0) return undefined;
    const attrs = { SrcT: { type: typeName('bool') }, DstT: { type: typeName('float32') } };
    return { op: 'Cast', inputs: [{ op: 'Greater', inputs: [x, 0], attrs: {} }], attrs };
  },
  [tf.Softmax]: reads('Softmax', ['logits']),
  [tf.Exp]: unary('Exp'),
  [tf.Log]: unary('Log'),
  [tf.Neg]: unary('Neg'),
  [tf.Sqrt]: unary('Sqrt'),
  [tf.Rsqrt]: unary('Rsqrt'),
  [tf.Square]: unary('Square'),
  [tf.Abs]: unary('Abs'),
  [tf.ClipByValue]: (call) => ({
    op: 'ClipByValue',
    inputs: [operand(call, 'x')],
    attrs: {
      clip_value_min: { f: call.attrs['clipValueMin'] as number },
      clip_value_max: { f: call.attrs['clipValueMax'] as number },
    },
  }),
  [tf.Add]: binary('AddV2'),
  [tf.Sub]: binary('Sub'),
  [tf.Multiply]: binary('Mul'),
  [tf.RealDiv]: binary('RealDiv'),
  [tf.Maximum]: binary('Maximum'),
  [tf.Minimum]: binary('Minimum'),
  [tf.Equal]: binary('Equal'),
  [tf.Greater]: binary('Greater'),
  [tf.GreaterEqual]: binary('GreaterEqual'),
  [tf.Less]: binary('Less'),
  [tf.LessEqual]: binary('LessEqual'),
  [tf.Select]: reads('SelectV2', ['condition', 't', 'e']),
  [tf.BatchMatMul]: reads('BatchMatMulV2', ['a', 'b'], ({ attrs }) => ({
    adj_x: flag(attrs['transposeA']),
    adj_y: flag(attrs['transposeB']),
  })),
  [tf.Mean]: reduction('Mean'),
  [tf.Sum]: reduction('Sum'),
  [tf.Max]: reduction('Max'),
  [tf.Min]: reduction('Min'),
  [tf.Reshape]: reads('Reshape', ['x'], undefined, ({ outputs: [output] }) => [output?.shape ?? []]),
  [tf.ExpandDims]: (call) => ({
    op: 'Reshape',
    inputs: [Object.values(call.inputs)[0] ?? [], call.outputs[0]?.shape ?? []],
    attrs: {},
  }),
  [tf.Transpose]: reads('Transpose', ['x'], undefined, (call) => [sizes(call, 'perm')]),
  [tf.Slice]: reads('Slice', ['x'], undefined, (call) => [sizes(call, 'begin'), call.outputs[0]?.shape ?? []]),
  [tf.Concat]: (call) => ({
    op: 'ConcatV2',
    inputs: [...Object.values(call.inputs), [call.attrs['axis'] as number]],
    attrs: { N: { i: String(Object.keys(call.inputs).length) } },
  }),
  [tf.SplitV]: (call) => ({
    op: 'SplitV',
    inputs: [operand(call, 'x'), splitSizes(call), [call.attrs['axis'] as number]],
    attrs: { num_split: { i: String(call.outputs.length) } },
  }),
  [tf.PadV2]: (call) => ({
    op: 'PadV2',
    inputs: [operand(call, 'x'), sizes(call, 'paddings'), (call.attrs['constantValue'] as number | undefined) ?? 0],
    attrs: {},
  }),
  [tf.Cast]: reads('Cast', ['x'], ({ inputs, attrs }) => ({
    SrcT: { type: typeName(inputs['x']?.dtype ?? 'float32') },
    DstT: { type: typeName(attrs['dtype'] as tf.DataType) },
  })),
  [tf.ResizeBilinear]: reads('ResizeBilinear', ['images'], resizeAttributes, (call) => [sizes(call, 'size')]),
  [tf.ResizeNearestNeighbor]: reads('ResizeNearestNeighbor', ['images'], resizeAttributes, (call) => [
    sizes(call, 'size'),
  ]),
};

/** Sizes of the parts along the axis. */
function splitSizes({ attrs, outputs }: RecordedCall): readonly number[] {
  return outputs.map(({ shape }) => shape[attrs['axis'] as number] as number);
}

function resizeAttributes({ attrs }: RecordedCall): Record<string, NodeAttribute> {
  return { align_corners: flag(attrs['alignCorners']), half_pixel_centers: flag(attrs['halfPixelCenters']) };
}

/** @throws FoveateError `ENGINE_UNSUPPORTED` for a kernel that no operation is known for */
export function operationOf(call: RecordedCall): Operation {
  const operation = writers[call.kernel]?.(call);
  if (operation !== undefined) return operation;
  throw fail({
    code: 'ENGINE_UNSUPPORTED',
    what: `The tfjs format cannot hold the operation ${call.kernel}`,
    expected: Object.keys(writers).sort().join(', '),
    advice: 'Export to ONNX instead',
  });
}
