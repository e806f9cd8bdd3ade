/**
 * One graph for batches of every size. A trace knows one size; two traces of the same program at different sizes show
 * where that size stands: wherever the two differ. Rewrites nothing that does not depend on it.
 */
import { fail } from '@foveate/contracts';
import type { ConstantData, Graph, Node, Value } from './ir.js';

/** Stands in a shape for a size that is known only when the graph runs. */
export const anySize = -1;

/** The end of a slice that reaches to the last element, whatever the size. */
const toTheEnd = 2 ** 31 - 1;

/**
 * @param one trace of a program at one batch size, 2 or more (at 1 an axis may have been dropped)
 * @param other trace of the same program at another size, 2 or more
 * @returns a graph whose inputs, outputs and values have -1 where the batch stands
 * @throws FoveateError `ENGINE_UNSUPPORTED` naming the operation that needs to know the size
 */
export function anyBatch(one: Graph, other: Graph): Graph {
  const values = new Map<Value, Value>();
  const [first] = one.nodes;
  if (one.nodes.length !== other.nodes.length || one.inputs.length !== other.inputs.length) {
    throw needsSize(first, 'the program does something else for another batch size');
  }
  const declare = (value: Value, twin: Value | undefined, node?: Node): Value => {
    if (value.shape.length !== twin?.shape.length) throw needsSize(node ?? first, `value '${value.name}' changes rank`);
    const shape = value.shape.map((size, axis) => (size === twin.shape[axis] ? size : anySize));
    const { producer: _producer, ...form } = value;
    const free: Value = { ...form, shape };
    values.set(value, free);
    return free;
  };
  const inputs = one.inputs.map((value, index) => declare(value, other.inputs[index]));
  const nodes = one.nodes.map((node, index) => {
    const twin = other.nodes[index];
    if (twin?.op !== node.op || JSON.stringify(twin.attributes) !== JSON.stringify(node.attributes)) {
      throw needsSize(node, 'it is done in another way for another batch size');
    }
    const free: Node = {
      ...node,
      inputs: node.inputs.map((value, place) => {
        if (value === undefined) return undefined;
        return value.data === undefined ? values.get(value) : freeConstant(node, place, value, twin.inputs[place]);
      }),
      outputs: node.outputs.map((value, place) => declare(value, twin.outputs[place], node)),
    };
    for (const value of free.outputs) value.producer = free;
    return node.op === 'Resize' ? resizeOfPixels(free) : free;
  });
  const outputs = one.outputs.map(({ name, value }) => ({ name, value: values.get(value) ?? value }));
  return { inputs, nodes, outputs };
}

/** A constant with the batch size taken out. */
function freeConstant(node: Node, place: number, value: Value, twin: Value | undefined): Value {
  const [data, otherData] = [value.data, twin?.data];
  if (data === undefined || otherData === undefined) throw needsSize(node, 'a constant is none for another batch size');
  const differing = differences(data, otherData);
  if (differing === undefined) throw needsSize(node, 'it holds a constant for each sample');
  if (differing.length === 0) return value;
  const [at] = differing;
  const numbers = Array.from(data as BigInt64Array, Number);
  if (node.op === 'Reshape' && differing.length === 1 && at !== undefined) numbers[at] = anySize;
  else if (node.op === 'Slice' && place === 2) for (const index of differing) numbers[index] = toTheEnd;
  // The batch is the first of the sizes; `resizeOfPixels` drops it.
  else if (node.op !== 'Resize' || differing.join() !== '0') throw needsSize(node, 'it is told the size of its result');
  return { ...value, data: BigInt64Array.from(numbers, BigInt) };
}

/** Places where two constants differ; undefined when they have different lengths. */
function differences(a: ConstantData, b: ConstantData): number[] | undefined {
  if (a.length !== b.length) return undefined;
  return Array.from({ length: a.length }, (_, index) => index).filter((index) => a[index] !== b[index]);
}

/** A resize told the sizes of all four axes, told those of height and width instead. */
function resizeOfPixels(node: Node): Node {
  const sizes = node.inputs[3];
  if (sizes?.data === undefined) return node;
  const [, , height, width] = Array.from(sizes.data as BigInt64Array, Number) as [number, number, number, number];
  const pixels: Value = { ...sizes, shape: [2], data: BigInt64Array.from([height, width], BigInt) };
  const free: Node = {
    ...node,
    inputs: [...node.inputs.slice(0, 3), pixels],
    attributes: { ...node.attributes, axes: { ints: [2, 3] } },
  };
  for (const value of free.outputs) value.producer = free;
  return free;
}

function needsSize(node: Node | undefined, why: string): Error {
  return fail({
    code: 'ENGINE_UNSUPPORTED',
    what: `The operation ${node?.op ?? 'graph'} cannot run for batches of any size: ${why}`,
    ...(node === undefined ? {} : { where: node.origin }),
    advice: 'Write the program so that shapes follow from its inputs, or export it for one batch size',
  });
}
