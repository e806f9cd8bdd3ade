/** Appends nodes to a growing graph. Does not simplify, does not know layouts. */
import type { Attribute, ConstantData, ElementType, Graph, GraphOutput, Node, Value } from './ir.js';

/** Where the operation under way comes from; set by the backend before each lowering. */
export interface Origin {
  text: string;
}

/**
 * Where a graph shall run. `portable`: standard ONNX operators that CPUs and GPUs have alike. `cpu`: whatever the CPU provider
 * of ONNX Runtime does fastest, operators of its own included.
 */
export type Target = 'portable' | 'cpu';

/** A graph under construction. */
export class GraphBuilder {
  readonly origin: Origin = { text: '' };
  readonly #inputs: Value[] = [];
  readonly #nodes: Node[] = [];
  readonly #taken = new Set<string>();
  readonly #constants = new Set<Value>();
  readonly target: Target;
  #count = 0;

  constructor(target: Target = 'portable') {
    this.target = target;
  }

  #name(hint: string): string {
    return this.claim(`${hint}_${this.#count++}`) ?? this.#name(hint);
  }

  /** Takes a name for an input, an output or a value. @returns nothing when it is taken already */
  claim(name: string): string | undefined {
    if (this.#taken.has(name)) return undefined;
    this.#taken.add(name);
    return name;
  }

  /** A graph input called `name`; the caller claims the name. @param constant the same in every run */
  input(name: string, type: ElementType, shape: readonly number[], constant = false): Value {
    const value: Value = { name, type, shape };
    if (constant) this.#constants.add(value);
    this.#inputs.push(value);
    return value;
  }

  /** True for constants of the graph and for inputs that are the same in every run. */
  isConstant(value: Value): boolean {
    return value.data !== undefined || this.#constants.has(value);
  }

  /** A constant of the given shape. */
  constant(data: ConstantData, shape: readonly number[], type: ElementType): Value {
    return { name: this.#name('constant'), type, shape, data };
  }

  /** A float32 scalar constant. */
  scalar(value: number): Value {
    return this.constant(Float32Array.of(value), [], 'float32');
  }

  /** An int64 vector constant, as ONNX wants axes, shapes and pads. */
  int64(values: readonly number[]): Value {
    return this.constant(BigInt64Array.from(values, BigInt), [values.length], 'int64');
  }

  /** One node with one output. */
  op(
    op: string,
    inputs: readonly (Value | undefined)[],
    shape: readonly number[],
    type: ElementType,
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = '',
  ): Value {
    const value: Value = { name: this.#name(op.toLowerCase()), type, shape };
    const node: Node = { op, domain, inputs: [...inputs], outputs: [value], attributes, origin: this.origin.text };
    value.producer = node;
    this.#nodes.push(node);
    return value;
  }

  /** Adds a further output to an existing node, for example the indices of a MaxPool. */
  extraOutput(node: Node, shape: readonly number[], type: ElementType): Value {
    const value: Value = { name: this.#name(`${node.op.toLowerCase()}_extra`), type, shape, producer: node };
    node.outputs.push(value);
    return value;
  }

  /** The finished graph. */
  finish(outputs: readonly GraphOutput[]): Graph {
    return { inputs: this.#inputs, nodes: this.#nodes, outputs };
  }
}
