import type { Graph, Node, Value } from '../ir.js';
import { rewrite } from './rewrite.js';

/** Constants up to this size are compared by content. */
const smallConstant = 16;

/** Computes equal things once: nodes of the same operation, attributes and inputs become one. Outputs stay apart. */
export function commonSubexpressions(graph: Graph): Graph {
  const names = new Map<Value, string>();
  const known = new Map<string, Node>();
  const nameOf = (value: Value | undefined): string => {
    if (value === undefined) return '';
    if (value.data === undefined || value.data.length > smallConstant) return value.name;
    const cached = names.get(value) ?? `${value.type}[${value.shape.join()}]=${value.data.join()}`;
    names.set(value, cached);
    return cached;
  };
  const outputs = new Set(graph.outputs.map(({ value }) => value));
  return rewrite(graph, (node) => {
    const [first] = node.outputs;
    // Nodes with several outputs would need all of them replaced; there are few.
    if (first === undefined || node.outputs.length > 1 || outputs.has(first)) return undefined;
    const key = JSON.stringify([
      node.domain,
      node.op,
      node.attributes,
      first.shape,
      first.type,
      node.inputs.map(nameOf),
    ]);
    const twin = known.get(key);
    if (twin === undefined) {
      known.set(key, node);
      return undefined;
    }
    return twin.outputs[0];
  });
}
