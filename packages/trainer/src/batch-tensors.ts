/** A batch on its way into a program. */
import type { Batch, HostTensors, NamedTensors } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { tensorNamed } from './variables.js';

/**
 * What every program of this package is fed: `images` [N, H, W, 3] float32, `labels` [N] int32, `aoi` [N, H, W] float32.
 * No values are copied.
 */
export function batchTensors(batch: Batch): HostTensors {
  const { ids, height, width } = batch;
  return {
    images: { dtype: 'float32', shape: [ids.length, height, width, 3], data: batch.images },
    labels: { dtype: 'int32', shape: [ids.length], data: batch.labels },
    aoi: { dtype: 'float32', shape: [ids.length, height, width], data: batch.aoi },
  };
}

/** The same tensors inside a program, labels one-hot [N, classes]. */
export function programInputs(
  inputs: NamedTensors,
  classes: number,
): { readonly images: tf.Tensor4D; readonly labels: tf.Tensor2D; readonly aoi: tf.Tensor3D } {
  const labels = tensorNamed(inputs, 'labels') as tf.Tensor1D;
  return {
    images: tensorNamed(inputs, 'images') as tf.Tensor4D,
    labels: tf.oneHot(labels, classes, 1, 0, 'float32') as tf.Tensor2D,
    aoi: tensorNamed(inputs, 'aoi') as tf.Tensor3D,
  };
}
