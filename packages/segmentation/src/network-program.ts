/** What a segmentation network says of images, inside a program. */
import type { SegmentationModel, VariableScope } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';

/** Pixels added to both sides of fractions of areas, which makes them defined where there is no pixel. */
const smooth = 1;

/** Probabilities and what follows from them alone. */
export interface Marked {
  /** [N, H, W, areas] */
  readonly logits: tf.Tensor4D;
  /** [N, H, W, areas], sigmoid of the logits. */
  readonly probabilities: tf.Tensor4D;
  /** [N, H, W, areas], 1 where the probability is at least 1/2. */
  readonly inside: tf.Tensor4D;
  /** [N, areas] in (0, 1], see {@link mark}. */
  readonly certainty: tf.Tensor2D;
}

/**
 * Marks the areas. The certainty is the IoU of the marked pixels with the true area that the probabilities p make one expect,
 * were they right: sum of p inside the mark, over the pixels of the mark and the sum of p outside of it.
 */
export function mark(model: SegmentationModel, images: tf.Tensor4D, scope: VariableScope): Marked {
  const logits = model.logits(images, scope);
  const probabilities: tf.Tensor4D = tf.sigmoid(logits);
  const inside: tf.Tensor4D = tf.cast(tf.greaterEqual(probabilities, 0.5), 'float32');
  const both = tf.sum(tf.mul(probabilities, inside), [1, 2]);
  const either = tf.sub(tf.add(tf.sum(inside, [1, 2]), tf.sum(probabilities, [1, 2])), both);
  const certainty: tf.Tensor2D = tf.div(tf.add(both, smooth), tf.add(either, smooth));
  return { logits, probabilities, inside, certainty };
}
