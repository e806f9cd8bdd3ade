/** Any program over images as a graph for batches of any size. */
import type { HostTensors, NamedTensors } from '@foveate/contracts';
import { anyBatch, encodeOnnx, halfPrecision, storedOrder, toStored, trace } from '@foveate/tracer';
import type { Graph, InputSpec, Node, Value } from '@foveate/tracer';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Precision } from './export-parts.js';

/** A program whose input is images, and its weights. */
export interface ImageProgram {
  /**
   * Pure.
   * @param inputs `images` [N, height, width, 3], int32 in [0, 255] with `bytes` and else float32
   * @param variables by name
   */
  readonly program: (inputs: NamedTensors, variables: NamedTensors) => Record<string, Tensor>;
  readonly height: number;
  readonly width: number;
  readonly variables: HostTensors;
  /** True: the file takes images as bytes. */
  readonly bytes: boolean;
  readonly precision: Precision;
}

/**
 * The graph of a program, weights as named constants.
 * @throws FoveateError `ENGINE_UNSUPPORTED` when it cannot be traced, knows its batch size, or holds a weight that half
 *   precision cannot
 */
export function programGraph({ program, height, width, variables, bytes, precision }: ImageProgram): Graph {
  const weights = Object.entries(variables).map(([name, { dtype, shape }]): [string, InputSpec] => [
    name,
    { dtype, shape, order: storedOrder(shape) },
  ]);
  const traced = (samples: number): Graph => {
    const images: InputSpec = { shape: [samples, height, width, 3], dtype: bytes ? 'int32' : 'float32' };
    return trace((inputs) => program(inputs, inputs), { inputs: { images, ...Object.fromEntries(weights) } });
  };
  const graph = complete(anyBatch(traced(2), traced(3)), variables, bytes);
  return precision === 'float16' ? halfPrecision(graph) : graph;
}

/** The bytes of an ONNX model (opset 18). Equal input gives equal bytes. @throws FoveateError as {@link programGraph} */
export function exportProgram(parts: ImageProgram, metadata: Readonly<Record<string, string>>): Uint8Array {
  return encodeOnnx(programGraph(parts), metadata);
}

/** Operations that move values and leave them as they are. */
const moves = new Set(['Reshape', 'Transpose']);

/** Weights become constants, in the shape they are used in; 8-bit images become an input of bytes. */
function complete(graph: Graph, variables: HostTensors, bytes: boolean): Graph {
  const replaced = new Map<Value, Value>();
  const inputs = graph.inputs.flatMap((input): Value[] => {
    const weight = variables[input.name];
    if (weight === undefined) {
      const images: Value = bytes ? { ...input, type: 'uint8' } : input;
      replaced.set(input, images);
      return [images];
    }
    replaced.set(input, { ...input, data: toStored(weight).data });
    return [];
  });
  const nodes = graph.nodes.flatMap((node): Node[] => {
    const given = node.inputs.map((value) => (value === undefined ? undefined : (replaced.get(value) ?? value)));
    const [source] = given;
    const [output] = node.outputs;
    if (node.op === 'Reshape' && source?.data !== undefined && output !== undefined) {
      replaced.set(output, { ...source, name: `${source.name}:${output.name}`, shape: output.shape });
      return [];
    }
    const next: Node = { ...node, inputs: given };
    if (moves.has(node.op) && source?.type === 'uint8' && output !== undefined) {
      const moved: Value = { ...output, type: 'uint8', producer: next };
      replaced.set(output, moved);
      return [{ ...next, outputs: [moved] }];
    }
    for (const value of next.outputs) value.producer = next;
    return [next];
  });
  return { inputs, nodes, outputs: graph.outputs };
}
