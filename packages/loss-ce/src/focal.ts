import { definePlugin, type Loss } from '@foveate/contracts';
import { crossEntropy, isDefective } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

const options = z.strictObject({
  gamma: z
    .number()
    .min(0)
    .max(10)
    .default(2)
    .describe('How much less images count that are easy already; 0 is cross-entropy.'),
  alpha: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe('Weight of defective images, good ones have 1 - alpha; left out: both have 1.'),
});

/** Options of the loss, defaults filled in. */
export type FocalOptions = z.output<typeof options>;

/** Far below any logit: what it is added to has no part in a sum of exponentials. */
const absent = -1e9;

/**
 * log(1 - p) of the probability p that softmax gives the right class, as the log of the sum of the others: exact where p
 * is so near 1 that 1 - p is 0 in float32, which would have no gradient below gamma = 1.
 */
function logWrong(logits: tf.Tensor2D, labels: tf.Tensor2D): tf.Tensor1D {
  const others = tf.logSumExp(tf.add(logits, tf.mul(labels, absent)), 1);
  return tf.sub(others, tf.logSumExp(logits, 1));
}

function focalLoss({ gamma, alpha }: FocalOptions): Loss {
  return {
    uses: [],
    compute: ({ logits, labels }) => {
      const ce = crossEntropy(logits, labels);
      const hard: tf.Tensor1D = tf.mul(ce, tf.exp(tf.mul(logWrong(logits, labels), gamma)));
      const perSample = alpha === undefined ? hard : tf.mul<tf.Tensor1D>(hard, balance(labels, alpha));
      return { loss: tf.mean(perSample), perSample, parts: { ce: tf.mean(ce) } };
    },
  };
}

/** alpha for defective images, 1 - alpha for good ones. [N] */
function balance(labels: tf.Tensor2D, alpha: number): tf.Tensor1D {
  return tf.add(tf.mul(isDefective(labels), 2 * alpha - 1), 1 - alpha);
}

/** The loss plugin `focal`: (1/N) sum_i alpha_i (1 - p_i)^gamma CE_i (equation 5 of Lin et al., ICCV 2017). */
export const focal = definePlugin({
  meta: { kind: 'loss', id: 'focal', contract: '^2', summary: 'Focal loss: images that are easy already count less.' },
  options,
  register: focalLoss,
});
