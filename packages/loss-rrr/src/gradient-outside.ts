import type { LossInputs } from '@foveate/contracts';
import { margin } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';

/** What is differentiated by the image: the sum of the log-probabilities of all classes, or the logit `margin`. */
export type Explained = 'log-probabilities' | 'margin';

/** Root mean square over the pixels of an image of the change that is looked at, as a share of the range of sRGB. */
const change = 1e-3;

/**
 * How strongly the prediction of each image hangs on what lies outside its area of interest. With g the gradient by image
 * of s, the sum of log-probabilities or the margin, in images of P pixels in three colours:
 *
 *     R = 0.001^2 P sum over pixels outside and colours of g^2
 *
 * To first order this is the largest square of the change of s that any change of the outside can cause whose squares,
 * summed over colours, average 0.001^2 over the pixels of the image. So it is in squared logits and depends neither on the
 * number of pixels nor on how many images stand in the batch: an image of twice the side has gradients a quarter as large
 * on four times the pixels.
 * @returns [N], >= 0
 */
export function gradientOutside(
  { images, aoi, forward }: Pick<LossInputs, 'images' | 'aoi' | 'forward'>,
  of: Explained,
): tf.Tensor1D {
  // Summed over the batch, so that every image gets the gradient of its own score.
  const score = (x: tf.Tensor): tf.Scalar => {
    const { logits } = forward(x as tf.Tensor4D);
    return tf.sum(of === 'margin' ? margin(logits) : tf.logSoftmax(logits));
  };
  const gradient = tf.grad(score)(images);
  const outside = tf.sub(1, aoi);
  const squares: tf.Tensor3D = tf.mul(tf.sum(tf.square(gradient), 3), outside);
  return tf.mul(tf.sum(squares, [1, 2]), change ** 2 * aoi.shape[1] * aoi.shape[2]);
}
