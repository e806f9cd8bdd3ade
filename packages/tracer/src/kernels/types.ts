/** What a lowering is: the translation of one tfjs kernel into graph nodes. */
import type { GraphBuilder } from '../builder.js';
import type { Lazy } from '../layout.js';

/** One call of a tfjs kernel. */
export interface KernelCall {
  readonly b: GraphBuilder;
  /** Inputs by the names of tfjs' kernel definition; list inputs by index. */
  readonly inputs: Readonly<Record<string, Lazy>>;
  /** List inputs (Concat, AddN, Pack, Einsum) in order. */
  readonly list: readonly Lazy[];
  readonly attrs: Readonly<Record<string, unknown>>;
}

/** Translates a kernel call. */
export type Lowering = (call: KernelCall) => Lazy | Lazy[];

/** Lowerings by tfjs kernel name. */
export type LoweringTable = Readonly<Record<string, Lowering>>;

/** A named input; tfjs guarantees its presence. */
export function input(call: KernelCall, name: string): Lazy {
  const x = call.inputs[name];
  if (x === undefined) throw new Error(`kernel input '${name}' is missing`);
  return x;
}
