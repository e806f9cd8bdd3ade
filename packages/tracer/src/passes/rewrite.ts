/** Shared plumbing of passes. */
import type { Attribute, Graph, Node, Value } from '../ir.js';

/**
 * Rebuilds a graph node by node. `visit` gets each node with its inputs already replaced, and either returns nothing to
 * keep it, or a value that takes the place of its first output; nodes made for that value go into the graph with it.
 */
export function rewrite(graph: Graph, visit: (node: Node) => Value | undefined): Graph {
  const replaced = new Map<Value, Value>();
  const current = (value: Value | undefined): Value | undefined =>
    value === undefined ? value : (replaced.get(value) ?? value);
  const nodes = new Set<Node>();
  const add = (value: Value | undefined): void => {
    if (value?.producer === undefined || nodes.has(value.producer)) return;
    value.producer.inputs.forEach(add);
    nodes.add(value.producer);
  };
  for (const node of graph.nodes) {
    node.inputs.forEach((value, i) => {
      node.inputs[i] = current(value);
    });
    const replacement = visit(node);
    if (replacement === undefined) nodes.add(node);
    else {
      replaced.set(node.outputs[0] as Value, replacement);
      add(replacement);
    }
  }
  const outputs = graph.outputs.map(({ name, value }) => ({ name, value: current(value) as Value }));
  return { inputs: graph.inputs, nodes: [...nodes], outputs };
}

/** What a replacing node needs to be told. */
interface NewNode {
  readonly op: string;
  readonly inputs: readonly Value[];
  readonly shape: readonly number[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly domain?: string;
}

/** Makes nodes that replace `node`, named after it. */
export function replacing(node: Node): (settings: NewNode) => Value {
  const [old] = node.outputs as [Value];
  let count = 0;
  return ({ op, inputs, shape, attributes = {}, domain = '' }) => {
    const value: Value = { name: `${old.name}_${op.toLowerCase()}${count++}`, type: old.type, shape };
    value.producer = { op, domain, inputs: [...inputs], outputs: [value], attributes, origin: node.origin };
    return value;
  };
}

/** A constant that goes with a replacing node. */
export function constantFor(node: Node, hint: string, data: Float32Array | BigInt64Array, shape: number[]): Value {
  const type = data instanceof Float32Array ? 'float32' : 'int64';
  return { name: `${node.outputs[0]?.name ?? ''}_${hint}`, type, shape, data };
}

/** The operands of a node of this operation. */
export function operandsOf(value: Value | undefined, op: string): [Value, Value] | undefined {
  return value?.producer?.op === op ? (value.producer.inputs as [Value, Value]) : undefined;
}
