/**
 * One graph for batches of every size. A trace knows one size; two traces of the same program at different sizes show
 * where that size stands: wherever the two differ. Rewrites nothing that does not depend on it.
 */
import { fail } from '@foveate/contracts';
import type { ConstantData, Graph, Node, Value } from './ir.js';

/** Stands in a shape for the batch size, which is known only when the graph runs. */
export const anySize = -1;

/** Stands in a shape for any other size that follows from that of the batch. */
export const dependentSize = -2;

/** The end of a slice that reaches to the last element, whatever the size. */
const toTheEnd = 2 ** 31 - 1;

/**
 * @param one trace of a program at one batch size, 2 or more (at 1 an axis may have been dropped)
 * @param other trace of the same program at another size, 2 or more
 * @returns a graph whose inputs, outputs and values have -1 where the batch stands
 * @throws FoveateError `ENGINE_UNSUPPORTED` naming the operation that needs to know the size
 */
export function anyBatch(one: Graph, other: Graph): Graph {
  const [first] = one.nodes;
  if (one.nodes.length !== other.nodes.length || one.inputs.length !== other.inputs.length) {
    throw needsSize(first, 'the program does something else for another batch size');
  }
  const values = new Map<Value, Value>();
  const sizes = batchSizes(one, other);
  const declare = (value: Value, twin: Value | undefined, node?: Node): Value => {
    if (value.shape.length !== twin?.shape.length) throw needsSize(node ?? first, `value '${value.name}' changes rank`);
    const shape = value.shape.map((size, axis) => {
      const twinSize = twin.shape[axis];
      if (size === twinSize) return size;
      return size === sizes[0] && twinSize === sizes[1] ? anySize : dependentSize;
    });
    const free: Value = { name: value.name, type: value.type, shape };
    values.set(value, free);
    return free;
  };
  const inputs = one.inputs.map((value, index) => declare(value, other.inputs[index]));
  const nodes: Node[] = [];
  const batch = new BatchSize(one, inputs, nodes);
  for (const [index, node] of one.nodes.entries()) {
    const twin = other.nodes[index];
    if (twin?.op !== node.op || JSON.stringify(twin.attributes) !== JSON.stringify(node.attributes)) {
      throw needsSize(node, 'it is done in another way for another batch size');
    }
    const freeInputs = node.inputs.map((value, place) => {
      if (value === undefined) return undefined;
      return value.data === undefined ? values.get(value) : freeConstant(node, place, value, twin.inputs[place], batch);
    });
    const outputs = node.outputs.map((value, place) => declare(value, twin.outputs[place], node));
    nodes.push(made(resizeOfPixels({ ...node, inputs: freeInputs, outputs })));
  }
  return {
    inputs,
    nodes,
    outputs: one.outputs.map(({ name, value }) => ({ name, value: values.get(value) ?? value })),
  };
}

/** The batch size of either trace. */
function batchSizes(one: Graph, other: Graph): readonly (number | undefined)[] {
  const index = one.inputs.findIndex(({ shape }, place) => shape[0] !== other.inputs[place]?.shape[0]);
  return [one, other].map(({ inputs }) => inputs[index]?.shape[0]);
}

/** The node, known to its outputs as their producer. */
function made(node: Node): Node {
  for (const value of node.outputs) value.producer = node;
  return node;
}

/** The batch size as a value of the graph, for the few operations that must be told it. */
class BatchSize {
  /** Size in the first trace. */
  readonly size: number | undefined;
  readonly #input: Value | undefined;
  readonly #nodes: Node[];
  #value: Value | undefined;

  /** @param nodes gets the nodes that compute sizes */
  constructor({ inputs: traced }: Graph, inputs: readonly Value[], nodes: Node[]) {
    const index = inputs.findIndex(({ shape }) => shape[0] === anySize);
    this.size = traced[index]?.shape[0];
    this.#input = inputs[index];
    this.#nodes = nodes;
  }

  /** The sizes `numbers`, the batch size in place of the one at `at`. */
  sizes(numbers: readonly number[], at: number, { name }: Value, origin: string): Value {
    const vector = (part: string, list: readonly number[]): Value => ({
      name: `${name}:${part}`,
      type: 'int64',
      shape: [list.length],
      data: BigInt64Array.from(list, BigInt),
    });
    if (this.#value === undefined) {
      this.#value = { name: 'batch:size', type: 'int64', shape: [1] };
      const attributes = { start: { int: 0 }, end: { int: 1 } };
      this.#nodes.push(
        made({ op: 'Shape', domain: '', inputs: [this.#input], outputs: [this.#value], attributes, origin }),
      );
    }
    const parts = [vector('before', numbers.slice(0, at)), this.#value, vector('after', numbers.slice(at + 1))];
    const sizes: Value = { name: `${name}:sizes`, type: 'int64', shape: [numbers.length] };
    const inputs = parts.filter(({ shape }) => shape[0] !== 0);
    this.#nodes.push(made({ op: 'Concat', domain: '', inputs, outputs: [sizes], attributes: { axis: { int: 0 } }, origin })); // prettier-ignore
    return sizes;
  }
}

/** A constant with the batch size taken out. */
function freeConstant(node: Node, place: number, value: Value, twin: Value | undefined, batch: BatchSize): Value {
  const [data, otherData] = [value.data, twin?.data];
  if (data === undefined || otherData === undefined) throw needsSize(node, 'a constant is none for another batch size');
  const differing = differences(data, otherData);
  if (differing === undefined) throw needsSize(node, 'it holds a constant for each sample');
  const [at, ...more] = differing;
  if (at === undefined) return value;
  const numbers = Array.from(data as BigInt64Array, Number);
  const changed = (): Value => ({ ...value, data: BigInt64Array.from(numbers, BigInt) });
  if (node.op === 'Slice' && place === 2) {
    for (const index of differing) numbers[index] = toTheEnd;
    return changed();
  }
  if (more.length === 0) {
    if (node.op === 'Expand' && numbers[at] === batch.size) return batch.sizes(numbers, at, value, node.origin);
    // The batch is the first of the sizes of a resize; `resizeOfPixels` drops it.
    if (node.op === 'Reshape' || (node.op === 'Resize' && at === 0)) {
      numbers[at] = anySize;
      return changed();
    }
  }
  throw needsSize(node, 'it is told the size of its result');
}

/** Places where two constants differ; undefined when they have different lengths. */
function differences(a: ConstantData, b: ConstantData): number[] | undefined {
  if (a.length !== b.length) return undefined;
  return Array.from({ length: a.length }, (_, index) => index).filter((index) => a[index] !== b[index]);
}

/** A resize told the sizes of all four axes, told those of height and width instead. */
function resizeOfPixels(node: Node): Node {
  const sizes = node.inputs[3];
  if (node.op !== 'Resize' || sizes?.data === undefined) return node;
  const [, , height, width] = Array.from(sizes.data as BigInt64Array, Number) as [number, number, number, number];
  const pixels: Value = { ...sizes, shape: [2], data: BigInt64Array.from([height, width], BigInt) };
  return {
    ...node,
    inputs: [...node.inputs.slice(0, 3), pixels],
    attributes: { ...node.attributes, axes: { ints: [2, 3] } },
  };
}

function needsSize(node: Node | undefined, why: string): Error {
  return fail({
    code: 'ENGINE_UNSUPPORTED',
    what: `The operation ${node?.op ?? 'graph'} cannot run for batches of any size: ${why}`,
    ...(node === undefined ? {} : { where: node.origin }),
    advice: 'Write the program so that shapes follow from its inputs, or export it for one batch size',
  });
}
