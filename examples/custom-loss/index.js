// A loss in one file: cross-entropy in which easy images count less (Lin et al., "Focal loss", 2017).
import { definePlugin } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

export const focal = definePlugin({
  meta: { kind: 'loss', id: 'my-focal', contract: '^2', summary: 'Cross-entropy in which easy images count less.' },
  options: z.strictObject({ gamma: z.number().min(0).default(2).describe('How much less; 0 is cross-entropy.') }),
  register: ({ gamma }) => ({
    // Besides logits and labels it reads nothing.
    uses: [],
    compute({ logits, labels }) {
      const logProbability = tf.sum(tf.mul(labels, tf.logSoftmax(logits)), 1);
      const easy = tf.exp(logProbability);
      const perSample = tf.neg(tf.mul(tf.pow(tf.sub(1, easy), tf.scalar(gamma)), logProbability));
      return { loss: tf.mean(perSample), perSample, parts: {} };
    },
  }),
});
