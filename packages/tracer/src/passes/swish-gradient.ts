import type { Graph, Value } from '../ir.js';
import { operandsOf, replacing, rewrite } from './rewrite.js';

/**
 * The gradient of y = x s, s = sigmoid(x), from y and s alone: dy s + (dy x) (s (1 - s)) -> dy (s + y (1 - s)). Four
 * sweeps instead of six, and x need not be kept for the backward pass.
 */
export function swishGradient(graph: Graph): Graph {
  /** y by s. */
  const activated = new Map<Value, Value>();
  return rewrite(graph, (node) => {
    const [a, c] = node.inputs as [Value, Value];
    if (node.op === 'Mul') {
      for (const [x, s] of [
        [a, c],
        [c, a],
      ] as const)
        if (operandsOf(s, 'Sigmoid')?.[0] === x) activated.set(s, node.outputs[0] as Value);
    }
    if (node.op !== 'Add') return undefined;
    const found = match(a, c) ?? match(c, a);
    const y = found && activated.get(found.s);
    if (found === undefined || y === undefined) return undefined;
    const make = replacing(node);
    const { s, rest, dy } = found;
    const { shape } = s;
    const slope = make({ op: 'Add', inputs: [s, make({ op: 'Mul', inputs: [y, rest], shape })], shape });
    return make({ op: 'Mul', inputs: [dy, slope], shape });
  });
}

/** `direct` as dy s and `through` as (dy x) (s (1 - s)); `rest` is 1 - s. */
function match(direct: Value, through: Value): { dy: Value; s: Value; rest: Value } | undefined {
  for (const [dy, s] of orders(direct)) {
    const x = operandsOf(s, 'Sigmoid')?.[0];
    if (x === undefined || dy.shape.join() !== s.shape.join()) continue;
    for (const [back, slope] of orders(through)) {
      if (!orders(back).some(([g, factor]) => g === dy && factor === x)) continue;
      for (const [first, rest] of orders(slope)) {
        const difference = operandsOf(rest, 'Sub');
        if (first === s && difference?.[1] === s && isOne(difference[0])) return { dy, s, rest };
      }
    }
  }
  return undefined;
}

/** The operands of a product in both orders. */
function orders(product: Value): [Value, Value][] {
  const operands = operandsOf(product, 'Mul');
  return operands === undefined ? [] : [operands, [operands[1], operands[0]]];
}

const isOne = ({ data }: Value): boolean => data?.length === 1 && data[0] === 1;
