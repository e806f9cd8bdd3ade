import { definePlugin, type Loss } from '@foveate/contracts';
import { crossEntropy } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

const options = z.strictObject({
  labelSmoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('Share of the target that is spread evenly over all classes (Szegedy et al. 2016); 0 is none.'),
});

/** Equation 5: CE = -(1/N) sum_i sum_c target_ic log softmax(logits_i)_c; the target is the label, smoothed if wanted. */
function crossEntropyLoss(labelSmoothing: number): Loss {
  return {
    uses: [],
    compute: ({ logits, labels }) => {
      const perSample = crossEntropy(logits, labels, labelSmoothing);
      const ce: tf.Scalar = tf.mean(perSample);
      return { loss: ce, perSample, parts: { ce } };
    },
  };
}

/** The loss plugin `ce`. */
export const ce = definePlugin({
  meta: { kind: 'loss', id: 'ce', contract: '^2', summary: 'Categorical cross-entropy, the baseline.' },
  options,
  register: ({ labelSmoothing }) => crossEntropyLoss(labelSmoothing),
});
