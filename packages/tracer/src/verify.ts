/** Checks that a graph is well formed. Runs after every pass, so that a mistake is found where it was made. */
import { sizeOf, type Graph, type Node, type Value } from './ir.js';

/** Operations that must keep the broadcast shape of their inputs. */
const elementwise = new Set([
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Pow',
  'Max',
  'Min',
  'Equal',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
  'And',
  'Or',
  'Where',
]);

/** @throws Error naming the pass, the node and what is wrong with it */
export function verify(graph: Graph, after: string): void {
  const defined = new Set<Value>(graph.inputs);
  const names = new Set<string>();
  const claim = (name: string): void => {
    if (names.has(name)) throw new Error(`after ${after}: two values are called '${name}'`);
    names.add(name);
  };
  graph.inputs.forEach(({ name }) => {
    claim(name);
  });
  graph.nodes.forEach((node, index) => {
    const bad = (what: string): Error =>
      new Error(`after ${after}: node ${index} ${node.op} (${node.origin}): ${what}`);
    for (const value of node.inputs) {
      if (value === undefined || value.data !== undefined) continue;
      if (!defined.has(value)) throw bad(`reads '${value.name}' before it is computed`);
    }
    for (const value of node.outputs) {
      claim(value.name);
      if (value.producer !== node) throw bad(`output '${value.name}' names another producer`);
      if (!value.shape.every((size) => Number.isSafeInteger(size) && size >= 0))
        throw bad(`shape [${value.shape.join()}]`);
      defined.add(value);
    }
    checkShape(node, bad);
  });
  for (const { name, value } of graph.outputs) {
    if (!defined.has(value)) throw new Error(`after ${after}: output '${name}' is not computed`);
  }
}

function checkShape(node: Node, bad: (what: string) => Error): void {
  const [output] = node.outputs;
  if (output === undefined) throw bad('has no output');
  if (node.op === 'Reshape' && sizeOf(output.shape) !== sizeOf(node.inputs[0]?.shape ?? [])) {
    throw bad(`turns [${node.inputs[0]?.shape.join()}] into [${output.shape.join()}]`);
  }
  if (!elementwise.has(node.op)) return;
  const rank = Math.max(...node.inputs.map((value) => value?.shape.length ?? 0));
  const shape = Array.from({ length: rank }, (_, axis) => {
    const sizes = node.inputs.map((value) => value?.shape[axis - rank + value.shape.length] ?? 1);
    const size = Math.max(...sizes);
    if (!sizes.every((other) => other === 1 || other === size))
      throw bad(`inputs do not broadcast on axis ${axis}: ${sizes.join()}`);
    return size;
  });
  if (shape.length !== output.shape.length || !shape.every((size, axis) => size === output.shape[axis])) {
    throw bad(`gives [${shape.join()}], not [${output.shape.join()}]`);
  }
}
