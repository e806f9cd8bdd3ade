/** A graph for the eye: one line per node, with the tfjs operation and source line it came from. */
import type { Attribute, Graph, Value } from './ir.js';

/** @returns the graph as text, stable between runs of the same program */
export function toText(graph: Graph): string {
  const type = (value: Value): string => `${value.type}[${value.shape.join(', ')}]`;
  const reference = (value: Value | undefined): string =>
    value === undefined
      ? '-'
      : value.data === undefined
        ? value.name
        : value.data.length <= 8
          ? `(${value.data.join(' ')})`
          : `const ${type(value)}`;
  const attribute = ([name, setting]: [string, Attribute]): string =>
    `${name}=${Object.values(setting).flat().join(',')}`;
  const lines = graph.nodes.map((node) => {
    const settings = Object.entries(node.attributes).map(attribute).join(' ');
    const results = node.outputs.map((value) => `${value.name}: ${type(value)}`).join(', ');
    return `${results} = ${node.op}(${node.inputs.map(reference).join(', ')})${settings === '' ? '' : ` {${settings}}`}  # ${node.origin}`;
  });
  return [
    ...graph.inputs.map((value) => `input ${value.name}: ${type(value)}`),
    ...lines,
    ...graph.outputs.map(({ name, value }) => `output ${name} = ${value.name}`),
  ].join('\n');
}
