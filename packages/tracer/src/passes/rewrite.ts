/** Shared plumbing of passes. */
import type { Graph, Node, Value } from '../ir.js';

/**
 * Rebuilds a graph node by node. `visit` gets each node with its inputs already replaced, and either returns nothing to
 * keep it, or a value that takes the place of its first output.
 */
export function rewrite(graph: Graph, visit: (node: Node) => Value | undefined): Graph {
  const replaced = new Map<Value, Value>();
  const current = (value: Value | undefined): Value | undefined =>
    value === undefined ? value : (replaced.get(value) ?? value);
  const nodes = new Set<Node>();
  for (const node of graph.nodes) {
    node.inputs.forEach((value, i) => {
      node.inputs[i] = current(value);
    });
    const replacement = visit(node);
    if (replacement === undefined) nodes.add(node);
    else {
      replaced.set(node.outputs[0] as Value, replacement);
      if (replacement.producer !== undefined) nodes.add(replacement.producer);
    }
  }
  const outputs = graph.outputs.map(({ name, value }) => ({ name, value: current(value) as Value }));
  return { inputs: graph.inputs, nodes: [...nodes], outputs };
}
