/** A batch on its way into a program. */
import type { Batch, HostTensor, HostTensors, Model, NamedTensors, RandomStream } from '@foveate/contracts';
import { tensorNamed, withPrefix } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainedModel } from '../objective.js';
import type { TrunkOrImages } from '../trunk/frozen-stages.js';
import { noisePrefix } from '../variables.js';

/** A batch whose images went through the frozen stages of the model already. */
export interface TrunkBatch extends Pick<Batch, 'ids' | 'labels' | 'height' | 'width'> {
  /** [N, h, w, K] */
  readonly trunk: HostTensor;
  /** As in {@link Batch}; left out where nothing reads it. */
  readonly aoi?: Float32Array;
}

/** What programs are fed with. */
export type FedBatch = Batch | TrunkBatch;

/**
 * What every program of this package is fed: `labels` [N] int32, `aoi` [N, H, W] float32 (if the batch has it), and
 * `images` [N, H, W, 3] float32 or `trunk` [N, h, w, K] float32. No values are copied.
 */
export function batchTensors(batch: FedBatch): HostTensors {
  const { ids, height, width, labels, aoi } = batch;
  return {
    ...('trunk' in batch
      ? { trunk: batch.trunk }
      : { images: { dtype: 'float32', shape: [ids.length, height, width, 3], data: batch.images } }),
    labels: { dtype: 'int32', shape: [ids.length], data: labels },
    ...(aoi === undefined ? {} : { aoi: { dtype: 'float32', shape: [ids.length, height, width], data: aoi } }),
  };
}

/** A scalar on its way into a program. */
export function hostScalar(value: number): HostTensor {
  return { dtype: 'float32', shape: [], data: Float32Array.of(value) };
}

/** The random numbers a model asks for in a step of `samples` samples. */
export function noiseTensors(model: TrainedModel, samples: number, random: RandomStream): HostTensors {
  const noise = Object.entries(model.noise ?? {}).map(([name, width]): [string, HostTensor] => [
    name,
    {
      dtype: 'float32',
      shape: [samples, width],
      data: Float32Array.from({ length: samples * width }, () => random.float()),
    },
  ]);
  return withPrefix(noisePrefix, Object.fromEntries(noise));
}

/**
 * What a training step is fed besides the batch: its learning rate, a progress at which every schedule has come to its end, and
 * the random numbers the model asks for.
 * @param random the stream of this step
 */
export function stepTensors(model: Model, samples: number, learningRate: number, random: RandomStream): HostTensors {
  return { learningRate: hostScalar(learningRate), progress: hostScalar(1), ...noiseTensors(model, samples, random) };
}

/** What {@link programInputs} makes of the inputs of a program. */
export interface ProgramInputs {
  readonly start: TrunkOrImages;
  /** One-hot [N, classes]. */
  readonly labels: tf.Tensor2D;
  readonly images?: tf.Tensor4D;
  readonly aoi?: tf.Tensor3D;
  readonly progress?: tf.Scalar;
}

/** The tensors of a batch inside a program. */
export function programInputs(inputs: NamedTensors, classes: number): ProgramInputs {
  const { images, trunk, aoi, progress } = inputs;
  const labels = tensorNamed(inputs, 'labels') as tf.Tensor1D;
  return {
    start:
      trunk === undefined ? { images: tensorNamed(inputs, 'images') as tf.Tensor4D } : { trunk: trunk as tf.Tensor4D },
    labels: tf.oneHot(labels, classes, 1, 0, 'float32') as tf.Tensor2D,
    ...(images === undefined ? {} : { images: images as tf.Tensor4D }),
    ...(aoi === undefined ? {} : { aoi: aoi as tf.Tensor3D }),
    ...(progress === undefined ? {} : { progress: progress as tf.Scalar }),
  };
}
