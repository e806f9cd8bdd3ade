/**
 * The graph: typed values, nodes in execution order. Operator names and semantics are those of ONNX; nothing here
 * knows tfjs or any runtime.
 */

/** Element types a value can have; `float16` and `uint8` only in graphs that were changed to run elsewhere. */
export type ElementType = 'float32' | 'float16' | 'int32' | 'int64' | 'uint8' | 'bool';

/** Values of a constant, row-major; booleans are bytes, float16 are bit patterns. */
export type ConstantData = Float32Array | Uint16Array | Int32Array | BigInt64Array | Uint8Array;

/** An ONNX attribute, tagged with its ONNX type. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] };

/** One tensor of the graph. */
export interface Value {
  /** Unique in the graph. */
  name: string;
  readonly type: ElementType;
  /** Below zero where the size is free, see `any-batch.ts`. */
  readonly shape: readonly number[];
  /** Present for constants only. */
  readonly data?: ConstantData;
  /** The node that computes it; absent for inputs and constants. */
  producer?: Node;
}

/** One ONNX operation. */
export interface Node {
  readonly op: string;
  /** '' for ai.onnx. */
  readonly domain: string;
  readonly inputs: (Value | undefined)[];
  readonly outputs: Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** The tfjs operation and source line this came from, for example `Conv2D @ models/custom-cnn.ts:31`. */
  readonly origin: string;
}

/** A named result of the graph. */
export interface GraphOutput {
  readonly name: string;
  readonly value: Value;
}

/** A whole program. Nodes stand in execution order. */
export interface Graph {
  readonly inputs: readonly Value[];
  readonly nodes: readonly Node[];
  readonly outputs: readonly GraphOutput[];
}

/** Number of elements of a shape; 1 for scalars. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}
