/** What models do to their input. */
import * as tf from '@tensorflow/tfjs-core';

/** A map of sRGB in [0, 1], one value per channel: (x - mean) / deviation. */
export interface Normalisation {
  /** For model cards. */
  readonly text: string;
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
}

/** By mean and standard deviation of ImageNet's training images, as most pretrained weights expect. */
export const imagenet: Normalisation = {
  text: '(x - mean) / deviation, ImageNet mean 0.485 0.456 0.406 and deviation 0.229 0.224 0.225',
  mean: [0.485, 0.456, 0.406],
  deviation: [0.229, 0.224, 0.225],
};

/** To [-1, 1], as TensorFlow's MobileNets expect. */
export const centred: Normalisation = { text: '2 x - 1', mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] };

/** Applies a normalisation. [N, h, w, 3] -> [N, h, w, 3] */
export function normalise(images: tf.Tensor4D, { mean, deviation }: Normalisation): tf.Tensor4D {
  return tf.div(tf.sub(images, tf.tensor1d([...mean])), tf.tensor1d([...deviation]));
}
