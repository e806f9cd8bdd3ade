/** What one node of a traced graph computes, by its ONNX operator. */
import type { Node } from '@foveate/tracer';

const shapeOf = (node: Node, input: number): readonly number[] => node.inputs[input]?.shape ?? [];

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

function integers(node: Node, name: string): readonly number[] {
  const attribute = node.attributes[name];
  if (attribute === undefined) return [];
  return 'ints' in attribute ? attribute.ints : 'int' in attribute ? [attribute.int] : [];
}

/** Multiply-adds of a node; 0 for all but convolutions and matrix products. */
export function costOf(node: Node): number {
  const output = sizeOf(node.outputs[0]?.shape ?? []);
  switch (node.op) {
    // Filters [out, in per group, h, w]: each output sees `in per group` x h x w values.
    case 'Conv':
      return output * sizeOf(shapeOf(node, 1).slice(1));
    // Filters [in, out per group, h, w]: each input is spread over `out per group` x h x w values.
    case 'ConvTranspose':
      return sizeOf(shapeOf(node, 0)) * sizeOf(shapeOf(node, 1).slice(1));
    case 'Gemm':
      return output * (shapeOf(node, 0)[integers(node, 'transA')[0] === 1 ? 0 : 1] ?? 0);
    case 'MatMul':
      return output * (shapeOf(node, 0).at(-1) ?? 0);
    default:
      return 0;
  }
}

/** Operators whose rank-4 results lie in NCHW order. */
const convolutional = ['Conv', 'ConvTranspose', 'BatchNormalization'];

/** The node that gives a layer its name; an added bias does not. */
const mainNode = (nodes: readonly Node[]): Node | undefined =>
  nodes.find((node) => costOf(node) > 0 || convolutional.includes(node.op)) ?? nodes[0];

/**
 * Name of what a layer does.
 * @param kernel [h, w, in, out], which a 1x1 convolution has even where it is applied as a matrix
 */
export function kindOf(nodes: readonly Node[], kernel: readonly number[] | undefined): string {
  const node = mainNode(nodes);
  if (node === undefined) return 'unused';
  if (node.op === 'BatchNormalization') return 'batch norm';
  if (node.op === 'Gemm' || node.op === 'MatMul')
    return kernel === undefined ? 'dense' : `convolution ${kernel.slice(0, 2).join('x')}`;
  if (node.op !== 'Conv' && node.op !== 'ConvTranspose') return node.op.toLowerCase();
  const [groups = 1] = integers(node, 'group');
  const name =
    node.op === 'ConvTranspose'
      ? 'transposed convolution'
      : groups === 1
        ? 'convolution'
        : groups === shapeOf(node, 0)[1]
          ? 'depthwise'
          : 'grouped convolution';
  const stride = integers(node, 'strides')[0] ?? 1;
  return `${name} ${shapeOf(node, 1).slice(2).join('x')}${stride === 1 ? '' : ` / ${stride}`}`;
}

/** Shape of one sample's result: [h, w, channels] or [features]. */
export function outputShapeOf(nodes: readonly Node[]): readonly number[] {
  const shape = mainNode(nodes)?.outputs[0]?.shape ?? [];
  const [, channels, ...rest] = shape;
  return channels !== undefined && shape.length === 4 ? [...rest, channels] : shape.slice(1);
}
