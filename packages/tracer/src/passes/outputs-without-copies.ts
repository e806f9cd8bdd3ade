import type { Graph, Value } from '../ir.js';

/**
 * Lets nodes compute outputs directly. A trace gives every output a node of its own, because ONNX allows no input, constant
 * or twin as output; where the value is computed by a node and is no output yet, that node is enough.
 */
export function outputsWithoutCopies(graph: Graph): Graph {
  const taken = new Set<Value>(graph.outputs.map(({ value }) => value));
  const outputs = graph.outputs.map(({ name, value }) => {
    const source = value.producer?.op === 'Identity' ? value.producer.inputs[0] : undefined;
    if (source?.producer === undefined || taken.has(source)) return { name, value };
    taken.add(source);
    return { name, value: source };
  });
  return { ...graph, outputs };
}
