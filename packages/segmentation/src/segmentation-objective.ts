/** Segmentation as an objective of the trainer. */
import type { MaskLoss, SegmentationModel } from '@foveate/contracts';
import { tensorNamed } from '@foveate/tensor';
import { checkedLossOutput, type Objective } from '@foveate/trainer';
import * as tf from '@tensorflow/tfjs-core';
import { maskBatchTensors, type MaskBatch } from './batches.js';
import { mark } from './network-program.js';
import { MaskValidation } from './mask-validation.js';

/** What a segmentation is made of. */
export interface SegmentationParts {
  readonly model: SegmentationModel;
  readonly loss: MaskLoss;
  /** Names of the areas, in the order of the channels. */
  readonly areas: readonly string[];
}

/**
 * Evaluation gives `perSample` [N], `right` [N] (share of pixels on the right side of 1/2, over all areas), `both` and
 * `either` [N, areas] (pixels in marked and true area, and in one of them) and `certainty` [N, areas].
 */
export function segmentation({ model, loss, areas }: SegmentationParts): Objective<MaskBatch> {
  return {
    model,
    // Inside or outside.
    classes: 2,
    measured: true,
    inputs: maskBatchTensors,
    learn: (inputs, { scope }) => {
      const targets = tensorNamed(inputs, 'targets') as tf.Tensor4D;
      const logits = model.logits(tensorNamed(inputs, 'images') as tf.Tensor4D, scope);
      const inside = tf.cast(tf.greaterEqual(logits, 0), 'float32');
      const result = checkedLossOutput(loss.compute({ logits, targets }), targets.shape[0]);
      return { result, outputs: { right: rightShare(inside, targets) } };
    },
    evaluate: (inputs, { scope }) => {
      const targets = tensorNamed(inputs, 'targets') as tf.Tensor4D;
      const { logits, inside, certainty } = mark(model, tensorNamed(inputs, 'images') as tf.Tensor4D, scope);
      const { perSample } = loss.compute({ logits, targets });
      const both = tf.sum(tf.mul(inside, targets), [1, 2]);
      const either = tf.sub(tf.add(tf.sum(inside, [1, 2]), tf.sum(targets, [1, 2])), both);
      return { perSample, right: rightShare(inside, targets), both, either, certainty };
    },
    correct: ({ right }) => (right?.data as Float32Array).reduce((sum, share) => sum + share, 0),
    validation: (epoch) => new MaskValidation(epoch, areas),
  };
}

/** [N] */
function rightShare(inside: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  return tf.sub(1, tf.mean(tf.abs(tf.sub(inside, targets)), [1, 2, 3]));
}
