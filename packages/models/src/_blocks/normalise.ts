import * as tf from '@tensorflow/tfjs-core';

/** Mean and standard deviation of each channel, of sRGB in [0, 1]. */
export interface ChannelStatistics {
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
}

/** Of ImageNet's training images, as most pretrained weights expect. */
export const imagenet: ChannelStatistics = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };

/** How a card names {@link imagenet}. */
export const imagenetNormalisation =
  '(x - mean) / deviation with ImageNet mean 0.485 0.456 0.406, deviation 0.229 0.224 0.225';

/** (x - mean) / deviation */
export function normalise(images: tf.Tensor4D, { mean, deviation }: ChannelStatistics): tf.Tensor4D {
  return tf.div(tf.sub(images, tf.tensor1d([...mean])), tf.tensor1d([...deviation]));
}
