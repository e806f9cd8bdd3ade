/** A batch on its way into a program. */
import type { Batch, HostTensors, Model, NamedTensors, RandomStream } from '@foveate/contracts';
import { withPrefix } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { noisePrefix, tensorNamed } from './variables.js';

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

/**
 * What else a training step is fed.
 * @param samples size of the batch
 * @param random the stream of this step
 */
export function stepTensors(model: Model, samples: number, learningRate: number, random: RandomStream): HostTensors {
  const noise = Object.entries(model.noise ?? {}).map(([name, width]) => [
    name,
    {
      dtype: 'float32' as const,
      shape: [samples, width],
      data: Float32Array.from({ length: samples * width }, () => random.float()),
    },
  ]);
  return {
    learningRate: { dtype: 'float32', shape: [], data: Float32Array.of(learningRate) },
    ...withPrefix(noisePrefix, Object.fromEntries(noise) as HostTensors),
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
