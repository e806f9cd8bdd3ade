import type { Graph, Node, Value } from '../ir.js';
import { rewrite } from './rewrite.js';

/**
 * x > 0 -> relu(x) > 0 where relu(x) is computed anyway: the same condition, and x need not be kept for the backward pass.
 */
export function reluGradientFromOutput(graph: Graph): Graph {
  const activated = new Map<Value, Value>();
  return rewrite(graph, (node) => {
    const [x] = node.inputs as [Value];
    if (node.op === 'Relu') activated.set(x, node.outputs[0] as Value);
    const y = activated.get(x);
    if (y !== undefined && asksForSign(node)) node.inputs[0] = y;
    return undefined;
  });
}

/** A comparison with zero, or the ramp that stands for it on the CPU. */
function asksForSign({ op, inputs, attributes }: Node): boolean {
  const bound = inputs[1]?.data;
  if (op === 'Greater') return bound?.length === 1 && bound[0] === 0;
  const { beta } = attributes;
  return op === 'HardSigmoid' && beta !== undefined && 'float' in beta && beta.float === 0;
}
