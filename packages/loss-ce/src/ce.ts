import { definePlugin, type Loss } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** Equation 5: CE = -(1/N) sum_i sum_c labels_ic log softmax(logits_i)_c */
const loss: Loss = {
  uses: [],
  compute: ({ logits, labels }) => {
    const perSample = tf.neg(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), 1));
    const ce: tf.Scalar = tf.mean(perSample);
    return { loss: ce, perSample, parts: { ce } };
  },
};

/** The loss plugin `ce`. */
export const ce = definePlugin({
  meta: { kind: 'loss', id: 'ce', contract: 1, summary: 'Categorical cross-entropy, the baseline.' },
  options: z.strictObject({}),
  register: () => loss,
});
