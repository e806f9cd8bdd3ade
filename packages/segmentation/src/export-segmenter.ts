/** A trained segmenter as a file. */
import { segmenterKey, type HostTensors, type SegmentationModel, type SegmenterRecord } from '@foveate/contracts';
import { exportProgram } from '@foveate/export';
import { inferenceScope } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { mark } from './network-program.js';

/**
 * The bytes of an ONNX file that takes images of any number as bytes and says what {@link SegmenterRecord} tells.
 * @param variables of the model, without prefix
 */
export function exportSegmenter(model: SegmentationModel, variables: HostTensors, record: SegmenterRecord): Uint8Array {
  const { height, width } = model;
  return exportProgram(
    {
      program: ({ images }, weights) => {
        const shares = tf.mul<tf.Tensor4D>(tf.cast(images as tf.Tensor4D, 'float32'), 1 / 255);
        const { probabilities, certainty } = mark(model, shares, inferenceScope(weights));
        return { probabilities, certainty };
      },
      height,
      width,
      variables,
      bytes: true,
      precision: 'float32',
    },
    { [segmenterKey]: JSON.stringify(record) },
  );
}
