import type { Graph, Node, Value } from '../ir.js';

/** Drops nodes whose results nobody reads. */
export function deadCode(graph: Graph): Graph {
  const needed = new Set<Value>(graph.outputs.map(({ value }) => value));
  const kept: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((value) => needed.has(value))) continue;
    kept.push(node);
    node.inputs.forEach((value) => {
      if (value !== undefined) needed.add(value);
    });
  }
  return { ...graph, nodes: kept.reverse() };
}
