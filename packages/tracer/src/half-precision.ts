/**
 * A graph that computes in half precision. Inputs and outputs stay as they were, so that callers need not know; what
 * lies between is float16, and so are the constants, which halves the file.
 */
import { fail } from '@foveate/contracts';
import { Float16Array } from '@petamoriken/float16';
import type { Attribute, Graph, Node, Value } from './ir.js';
import { onnxType } from './layout.js';

/** Inputs that ONNX wants in single precision whatever the others are: region and scales of a Resize. */
const singleOnly: Readonly<Record<string, readonly number[]>> = { Resize: [1, 2] };

/** @throws FoveateError `ENGINE_UNSUPPORTED` naming a constant beyond what half precision can hold (65,504) */
export function halfPrecision(graph: Graph): Graph {
  const values = new Map<Value, Value>();
  const nodes: Node[] = [];
  const castNode = (from: Value, to: Value): void => {
    const attributes: Record<string, Attribute> = { to: { int: onnxType[to.type] } };
    const node: Node = { op: 'Cast', domain: '', inputs: [from], outputs: [to], attributes, origin: 'half precision' };
    to.producer = node;
    nodes.push(node);
  };
  const halved = (value: Value): Value => {
    const known = values.get(value);
    if (known !== undefined) return known;
    if (value.type !== 'float32') return value;
    const half: Value = {
      name: value.name,
      type: 'float16',
      shape: value.shape,
      ...(value.data === undefined ? {} : { data: halfData(value, value.data as Float32Array) }),
    };
    values.set(value, half);
    return half;
  };
  for (const input of graph.inputs) {
    if (input.type !== 'float32') continue;
    const half: Value = { name: `${input.name}:half`, type: 'float16', shape: input.shape };
    values.set(input, half);
    castNode(input, half);
  }
  for (const node of graph.nodes) {
    const copy: Node = {
      ...node,
      inputs: node.inputs.map((value, place) =>
        value === undefined || singleOnly[node.op]?.includes(place) === true ? value : halved(value),
      ),
      outputs: node.outputs.map((value) => (value.type === 'float32' ? halved(value) : { ...value })),
      attributes: castsToSingle(node) ? { ...node.attributes, to: { int: onnxType.float16 } } : node.attributes,
    };
    node.outputs.forEach((value, index) => {
      const output = copy.outputs[index] as Value;
      output.producer = copy;
      values.set(value, output);
    });
    nodes.push(copy);
  }
  const outputs = graph.outputs.map(({ name, value }) => {
    const half = values.get(value) ?? value;
    if (value.type !== 'float32') return { name, value: half };
    const single: Value = { name: `${value.name}:single`, type: 'float32', shape: value.shape };
    castNode(half, single);
    return { name, value: single };
  });
  return { inputs: graph.inputs, nodes, outputs };
}

function castsToSingle({ op, attributes }: Node): boolean {
  const { to } = attributes;
  return op === 'Cast' && to !== undefined && 'int' in to && to.int === onnxType.float32;
}

function halfData({ name }: Value, data: Float32Array): Uint16Array {
  const half = new Float16Array(data);
  const lost = data.findIndex((value, index) => Number.isFinite(value) && !Number.isFinite(half[index]));
  if (lost >= 0) {
    throw fail({
      code: 'ENGINE_UNSUPPORTED',
      what: `The constant '${name}' holds a value that half precision cannot`,
      expected: 'at most 65504',
      got: String(data[lost]),
      advice: 'Export in single precision',
    });
  }
  return new Uint16Array(half.buffer);
}
