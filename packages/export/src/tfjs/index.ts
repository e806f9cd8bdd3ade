/** A trained model as a tfjs GraphModel: `model.json` and its weights. */
import { fail, type HostTensors } from '@foveate/contracts';
import { Float16Array } from '@petamoriken/float16';
import * as tf from '@tensorflow/tfjs-core';
import type { ExportParts } from '../export-parts.js';
import { inferenceProgram } from '../inference-program.js';
import { GraphWriter } from './graph-writer.js';
import { recordKernels, type Recording } from './record.js';

const weightsFile = 'weights.bin';

/**
 * The graph of {@link inferenceProgram} for batches of any size. Bytes in 8-bit images are int32, as
 * `tf.browser.fromPixels` gives them. Half precision applies to the file; tfjs computes in single precision.
 * @throws FoveateError `ENGINE_UNSUPPORTED` for an operation the format lacks, or one that knows its batch size
 */
export function exportTfjs(parts: ExportParts): Readonly<Record<string, Uint8Array>> {
  const { variables, metadata, precision, normalise, model } = parts;
  const program = inferenceProgram(parts);
  const record = (samples: number): { recording: Recording; weights: ReadonlyMap<object, string> } => {
    const weights = new Map<object, string>();
    const images = {
      shape: [samples, model.height, model.width, 3],
      dtype: normalise ? ('int32' as const) : ('float32' as const),
    };
    const recording = recordKernels((inputs) => program(inputs, constantsOf(variables, weights)), { images });
    return { recording, weights };
  };
  const { recording, weights } = record(2);
  const graph = new GraphWriter(recording, record(3).recording, weights);
  const constants = graph.constants(variables);
  const document = {
    format: 'graph-model',
    generatedBy: 'foveate',
    convertedBy: null,
    userDefinedMetadata: metadata,
    signature: graph.signature,
    modelTopology: { node: graph.nodes, versions: { producer: 1 } },
    weightsManifest: [
      {
        paths: [weightsFile],
        weights: constants.map(({ name, shape, dtype }) => ({
          name,
          shape,
          dtype,
          ...(precision === 'float16' && dtype === 'float32' ? { quantization: { dtype: 'float16' } } : {}),
        })),
      },
    ],
  };
  const bytes = constants.map(({ name, dtype, data }) => {
    if (dtype === 'int32') return Buffer.from(Int32Array.from(data).buffer);
    return Buffer.from(precision === 'float16' ? halves(name, data) : Float32Array.from(data).buffer);
  });
  return { 'model.json': Buffer.from(`${JSON.stringify(document)}\n`), [weightsFile]: Buffer.concat(bytes) };
}

/** Variables as tensors that are known by name. */
function constantsOf(variables: HostTensors, names: Map<object, string>): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, { data, shape, dtype }]) => {
      const tensor = tf.tensor(data, [...shape], dtype);
      names.set(tensor.dataId, name);
      return [name, tensor];
    }),
  );
}

function halves(name: string, data: ArrayLike<number>): ArrayBuffer {
  const half = new Float16Array(data);
  const lost = Array.from(data).find((value, index) => Number.isFinite(value) && !Number.isFinite(half[index]));
  if (lost === undefined) return half.buffer;
  throw fail({
    code: 'ENGINE_UNSUPPORTED',
    what: `The weight '${name}' holds a value that half precision cannot`,
    expected: 'at most 65504',
    got: String(lost),
    advice: 'Export in single precision',
  });
}
