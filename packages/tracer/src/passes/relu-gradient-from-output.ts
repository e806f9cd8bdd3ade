import type { Graph, Value } from '../ir.js';
import { rewrite } from './rewrite.js';

/**
 * x > 0 -> relu(x) > 0 where relu(x) is computed anyway: the same condition, and x need not be kept for the backward pass.
 */
export function reluGradientFromOutput(graph: Graph): Graph {
  const activated = new Map<Value, Value>();
  return rewrite(graph, (node) => {
    const [x, bound] = node.inputs as [Value, Value | undefined];
    if (node.op === 'Relu') activated.set(x, node.outputs[0] as Value);
    const y = activated.get(x);
    if (node.op === 'Greater' && y !== undefined && bound?.data?.length === 1 && bound.data[0] === 0)
      node.inputs[0] = y;
    return undefined;
  });
}
