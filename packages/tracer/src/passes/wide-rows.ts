import type { Graph, Node, Value } from '../ir.js';
import { constantFor, operandsOf, replacing, rewrite } from './rewrite.js';

const arithmetic = new Set(['Add', 'Sub', 'Mul', 'Div']);

/** Of the axes that are too short. */
const longest = 8;

/**
 * x op v with a constant v along a short last axis, as images of a few channels are normalised: ONNX Runtime goes through
 * rows as long as that axis, ten times slower than through long ones. Rows of pixels take v as often as it fits.
 */
export function wideRows(graph: Graph): Graph {
  return rewrite(graph, (node) => {
    const [a, c] = node.inputs as [Value, Value];
    const [output] = node.outputs as [Value];
    const { shape } = output;
    const [width = 1, channels = 1] = shape.slice(-2);
    const short = width > 1 && channels > 1 && channels <= longest;
    if (!arithmetic.has(node.op) || shape.length < 3 || !short) return undefined;
    const isWhole = (value: Value): boolean => value.shape.join() === shape.join();
    const vector = (value: Value): Float32Array | undefined => {
      const { data } = operandsOf(value, 'Reshape')?.[0] ?? value;
      const fits = value.shape.at(-1) === channels && data?.length === channels;
      return fits && data instanceof Float32Array ? data : undefined;
    };
    const [first, second] = [vector(a), vector(c)];
    if (!(isWhole(a) && second) && !(first && isWhole(c))) return undefined;
    const rows = [...shape.slice(0, -2), width * channels];
    const make = replacing(node);
    const reshaped = (value: Value, to: readonly number[], hint: string): Value =>
      make({
        op: 'Reshape',
        inputs: [value, constantFor(node, hint, BigInt64Array.from(to, BigInt), [to.length])],
        shape: to,
      });
    const wide = (value: Value, numbers: Float32Array | undefined): Value =>
      numbers === undefined ? reshaped(value, rows, 'rows') : repeated(node, numbers, width);
    return reshaped(make({ op: node.op, inputs: [wide(a, first), wide(c, second)], shape: rows }), shape, 'pixels');
  });
}

function repeated(node: Node, values: Float32Array, times: number): Value {
  const row = Float32Array.from({ length: values.length * times }, (_, i) => values[i % values.length] as number);
  return constantFor(node, 'row', row, [row.length]);
}
