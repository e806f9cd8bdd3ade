import { sizeOf, type Graph, type Node, type Value } from '../ir.js';
import { constantFor, operandsOf, replacing, rewrite } from './rewrite.js';

/** Below this length a product and a sum of everything at once are faster than many short products. */
const shortestRow = 128;

/** Elements below which there is nothing to gain: a sum of products is two nodes, this is four and more. */
const fewest = 65_536;

/**
 * sum(a * b) over the last axes -> a matrix product of rows with columns: the product, as large as its operands, is never
 * written. The variance of batch norm, the gradient of its scale and of any factor that broadcasts are such sums.
 */
export function dotInsteadOfSumOfProducts(graph: Graph): Graph {
  const read = new Map<Value, number>();
  const count = (value: Value | undefined): void => {
    if (value !== undefined) read.set(value, (read.get(value) ?? 0) + 1);
  };
  graph.nodes.forEach(({ inputs }) => {
    inputs.forEach(count);
  });
  graph.outputs.forEach(({ value }) => {
    count(value);
  });
  return rewrite(graph, (node) => {
    if (node.op !== 'ReduceSum' && node.op !== 'ReduceMean') return undefined;
    const [product, axes] = node.inputs as [Value, Value];
    const factors = operandsOf(product, 'Mul');
    if (factors === undefined || read.get(product) !== 1) return undefined;
    return dot(node, factors, Array.from(axes.data ?? [], Number));
  });
}

/** The sum as nodes, if it is over whole rows of two equally large values. */
function dot(node: Node, [a, c]: [Value, Value], axes: readonly number[]): Value | undefined {
  const { shape, type } = a;
  const rank = shape.length;
  const first = Math.min(...axes.filter((axis) => axis > 0));
  const trailing = rank - first;
  const batch = axes.includes(0);
  if (type !== 'float32' || axes.length !== trailing + Number(batch) || c.shape.join() !== shape.join())
    return undefined;
  const length = sizeOf(shape.slice(first));
  const kept = shape.slice(0, first);
  if (length < shortestRow || sizeOf(shape) < fewest) return undefined;
  const make = replacing(node);
  const [result] = node.outputs as [Value];
  const reshaped = (value: Value, to: readonly number[], hint: string): Value =>
    make({
      op: 'Reshape',
      inputs: [value, constantFor(node, hint, BigInt64Array.from(to, BigInt), [to.length])],
      shape: to,
    });
  const count = sizeOf(kept);
  const rows = [count, 1, length];
  const left = reshaped(a, rows, 'left');
  const products = make({
    op: 'FusedMatMul',
    inputs: [left, a === c ? left : reshaped(c, rows, 'right')],
    shape: [count, 1, 1],
    attributes: { transB: { int: 1 } },
    domain: 'com.microsoft',
  });
  const sums = batch
    ? make({
        op: node.op,
        inputs: [reshaped(products, kept, 'kept'), constantFor(node, 'batch', BigInt64Array.of(0n), [1])],
        shape: kept.slice(1),
        attributes: { keepdims: { int: 0 } },
      })
    : products;
  const whole = reshaped(sums, result.shape, 'result');
  if (node.op === 'ReduceSum') return whole;
  // Not as a factor of the product: with one, ONNX Runtime takes a much slower path.
  const share = constantFor(node, 'share', Float32Array.of(1 / length), []);
  return make({ op: 'Mul', inputs: [whole, share], shape: result.shape });
}
