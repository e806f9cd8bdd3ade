/** Nodes of a GraphModel from two recordings of a program at different batch sizes. */
import { fail, type HostTensors } from '@foveate/contracts';
import type * as tf from '@tensorflow/tfjs-core';
import { operationOf, typeName, type NodeAttribute, type Operand, type Operation } from './operations.js';
import type { RecordedTensor, Recording } from './record.js';

/** A node in the JSON form of TensorFlow's NodeDef. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr: Readonly<Record<string, NodeAttribute>>;
}

/** Values the graph holds. */
export interface GraphConstant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
  readonly data: ArrayLike<number>;
}

interface TensorInfo {
  readonly name: string;
  readonly dtype: string;
  readonly tensorShape: { readonly dim: readonly { readonly size: string }[] };
}

/** Operations that must be told the size of their result. */
const toldSizes = new Set(['Conv2DBackpropInput']);

/** Writes nodes in the order they are executed. */
export class GraphWriter {
  readonly nodes: GraphNode[] = [];
  readonly signature: { readonly inputs: Record<string, TensorInfo>; readonly outputs: Record<string, TensorInfo> } = {
    inputs: {},
    outputs: {},
  };
  readonly #names = new Map<object, string>();
  readonly #constants: GraphConstant[] = [];
  readonly #recording: Recording;
  readonly #weights: ReadonlyMap<object, string>;

  /** @param weights names of the constants that are variables of the model */
  constructor(recording: Recording, other: Recording, weights: ReadonlyMap<object, string>) {
    this.#recording = recording;
    this.#weights = weights;
    for (const [name, tensor] of Object.entries(recording.inputs)) {
      const shape = freeShape(tensor.shape, other.inputs[name]?.shape ?? []);
      this.#add(name, 'Placeholder', [], { dtype: { type: typeName(tensor.dtype) }, shape: shapeOf(shape) });
      this.#names.set(tensor.key, name);
      this.signature.inputs[name] = tensorInfo(name, tensor.dtype, shape);
    }
    recording.calls.forEach((call, index) => {
      const twin = other.calls[index];
      if (twin?.kernel !== call.kernel) throw needsSize(call.kernel);
      const name = this.#operation(operationOf(call), operationOf(twin), String(index));
      call.outputs.forEach(({ key }, place) => {
        this.#names.set(key, place === 0 ? name : `${name}:${String(place)}`);
      });
    });
    for (const [name, tensor] of Object.entries(recording.outputs)) {
      const source = this.#names.get(tensor.key);
      if (source === undefined) throw needsSize(name);
      this.#add(name, 'Identity', [source], {});
      const shape = freeShape(tensor.shape, other.outputs[name]?.shape ?? []);
      this.signature.outputs[name] = tensorInfo(name, tensor.dtype, shape);
    }
  }

  /** All constants, weights with the values given. */
  constants(variables: HostTensors): readonly GraphConstant[] {
    return this.#constants.map((constant) => ({ ...constant, data: variables[constant.name]?.data ?? constant.data }));
  }

  /** @returns name of the node */
  #operation({ op, inputs, attrs }: Operation, twin: Operation, place: string): string {
    const name = `${op}_${place}`;
    const names = inputs.map((operand, index) => this.#operand(operand, twin.inputs[index], op, name, index));
    return this.#add(name, op, names, attrs);
  }

  #operand(operand: Operand, twin: Operand | undefined, op: string, owner: string, index: number): string {
    const name = `${owner}/${String(index)}`;
    if (typeof operand === 'number') return this.#constant({ name, shape: [], dtype: 'float32', data: [operand] });
    if ('key' in operand) return this.#tensor(operand, twin as RecordedTensor, op);
    if ('op' in operand) return this.#operation(operand, twin as Operation, name);
    const told = twin as readonly number[];
    if (toldSizes.has(op) && operand[0] !== told[0]) return this.#sizes(operand, told, op, name);
    const numbers = freeNumbers(operand, told, op);
    const shape =
      ['ConcatV2', 'SplitV'].includes(op) && numbers.length === 1 && index > 0
        ? []
        : op === 'PadV2'
          ? [numbers.length / 2, 2]
          : [numbers.length];
    return this.#constant({ name, shape, dtype: 'int32', data: numbers });
  }

  /** A constant that repeats one number for every sample, as gradients begin with. */
  #fill(shape: readonly number[], told: readonly number[], [value = 0, ...others]: readonly number[]): string {
    if (others.some((other) => other !== value)) throw needsSize('Const');
    const name = `fill_${String(this.nodes.length)}`;
    const sizes = this.#sizes(shape, told, 'Fill', `${name}/sizes`);
    const number = this.#constant({ name: `${name}/value`, shape: [], dtype: 'float32', data: [value] });
    return this.#add(name, 'Fill', [sizes, number], { T: { type: typeName('float32') } });
  }

  /** Sizes whose first is that of the batch, known when the graph runs. */
  #sizes(operand: readonly number[], told: readonly number[], op: string, name: string): string {
    const [, ...rest] = freeNumbers(operand.with(0, 0), told.with(0, 0), op);
    const whole = (part: string, data: readonly number[], shape = [data.length]): string =>
      this.#constant({ name: `${name}/${part}`, shape, dtype: 'int32', data });
    const shape = this.#add(`${name}/shape`, 'Shape', Object.keys(this.signature.inputs), {});
    const batch = this.#add(`${name}/batch`, 'Slice', [shape, whole('begin', [0]), whole('size', [1])], {});
    const parts = [batch, whole('rest', rest), whole('axis', [0], [])];
    return this.#add(name, 'ConcatV2', parts, { N: { i: '2' } });
  }

  #tensor({ key, shape, dtype }: RecordedTensor, twin: RecordedTensor, op: string): string {
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const data = this.#recording.constants.get(key);
    if (data === undefined || (dtype !== 'float32' && dtype !== 'int32')) throw needsSize(op);
    if (shape.length > 0 && shape[0] !== twin.shape[0]) return this.#fill(shape, twin.shape, Array.from(data));
    const name = this.#weights.get(key) ?? `constant_${String(this.#constants.length)}`;
    this.#names.set(key, name);
    return this.#constant({ name, shape, dtype, data });
  }

  #constant(constant: GraphConstant): string {
    this.#constants.push(constant);
    const attrs = { dtype: { type: typeName(constant.dtype) }, shape: shapeOf(constant.shape) };
    return this.#add(constant.name, 'Const', [], attrs);
  }

  #add(name: string, op: string, input: readonly string[], attr: GraphNode['attr']): string {
    this.nodes.push({ name, op, ...(input.length === 0 ? {} : { input }), attr });
    return name;
  }
}

/** A shape with -1 where two batch sizes give different ones. */
function freeShape(one: readonly number[], other: readonly number[]): readonly number[] {
  return one.map((size, axis) => (size === other[axis] ? size : -1));
}

/** Numbers an operation is told; -1 stands for the batch in a shape and for 'all' in the size of a slice. */
function freeNumbers(one: readonly number[], other: readonly number[], op: string): readonly number[] {
  const free = freeShape(one, other);
  const changes = free.filter((size, index) => size !== one[index]).length;
  if (one.length !== other.length || (changes > 0 && !['Reshape', 'Slice'].includes(op)) || (changes > 1 && op !== 'Slice')) throw needsSize(op); // prettier-ignore
  return free;
}

function shapeOf(shape: readonly number[]): NodeAttribute & { readonly shape: TensorInfo['tensorShape'] } {
  return { shape: { dim: shape.map((size) => ({ size: String(size) })) } };
}

function tensorInfo(name: string, dtype: tf.DataType, shape: readonly number[]): TensorInfo {
  return { name: `${name}:0`, dtype: typeName(dtype), tensorShape: shapeOf(shape).shape };
}

function needsSize(kernel: string): Error {
  return fail({
    code: 'ENGINE_UNSUPPORTED',
    what: `The tfjs format cannot hold ${kernel} for batches of any size`,
    advice: 'Export to ONNX instead',
  });
}
