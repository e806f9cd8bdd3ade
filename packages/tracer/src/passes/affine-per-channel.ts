import type { Graph, Node, Value } from '../ir.js';
import { constantFor, operandsOf, replacing, rewrite } from './rewrite.js';

/** x scale + shift with a scale and a shift per channel -> an inference batch norm of mean 0 and variance 1: one sweep, not two. */
export function affinePerChannel(graph: Graph): Graph {
  return rewrite(graph, (node) => {
    if (node.op !== 'Add') return undefined;
    const [a, c] = node.inputs as [Value, Value];
    return affine(node, a, c) ?? affine(node, c, a);
  });
}

function affine(node: Node, product: Value, shift: Value): Value | undefined {
  const [one, other] = operandsOf(product, 'Mul') ?? [];
  if (one === undefined || other === undefined) return undefined;
  const [x, scale] = one.shape.length >= other.shape.length && isVector(other) ? [one, other] : [other, one];
  const { shape } = x;
  const channels = shape[1];
  if (shape.length < 3 || channels === undefined || x.type !== 'float32') return undefined;
  const vectors = [scale, shift].map((value) => vectorOf(value, shape.length, channels));
  if (vectors.some((vector) => vector === undefined)) return undefined;
  const filled = (hint: string, value: number): Value =>
    constantFor(node, hint, new Float32Array(channels).fill(value), [channels]);
  return replacing(node)({
    op: 'BatchNormalization',
    inputs: [x, ...(vectors as Value[]), filled('mean', 0), filled('variance', 1)],
    shape,
    attributes: { epsilon: { float: 0 } },
  });
}

const isVector = ({ shape }: Value): boolean => shape.filter((size) => size !== 1).length <= 1;

/** [C], where `value` is [1, C, 1, ...] reshaped from it. */
function vectorOf(value: Value, rank: number, channels: number): Value | undefined {
  const wanted = [1, channels, ...Array<number>(rank - 2).fill(1)];
  const vector = operandsOf(value, 'Reshape')?.[0];
  return value.shape.join() === wanted.join() && vector?.shape.join() === String(channels) ? vector : undefined;
}
