/** A trained model as an ONNX file. */
import { encodeOnnx, type Graph } from '@foveate/tracer';
import type { ExportParts } from './export-parts.js';
import { inferenceProgram } from './inference-program.js';
import { programGraph } from './program-graph.js';

/**
 * The graph of {@link inferenceProgram} for batches of any size, weights as named constants. The loss a model was trained
 * with leaves no trace in it.
 * @throws FoveateError `ENGINE_UNSUPPORTED` when the model cannot be traced, knows its batch size, or holds a weight that
 *   half precision cannot
 */
export function onnxGraph({ variables, precision, ...parts }: Omit<ExportParts, 'metadata'>): Graph {
  const { height, width } = parts.model;
  const program = inferenceProgram(parts);
  return programGraph({ program, height, width, variables, bytes: parts.normalise, precision });
}

/** The bytes of an ONNX model (opset 18). Equal input gives equal bytes. @throws FoveateError as {@link onnxGraph} */
export function exportOnnx({ metadata, ...parts }: ExportParts): Uint8Array {
  return encodeOnnx(onnxGraph(parts), metadata);
}
