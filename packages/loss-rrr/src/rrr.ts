import { definePlugin, type Loss, type LossInputs } from '@foveate/contracts';
import { crossEntropy } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { gradientOutside } from './gradient-outside.js';

const options = z.strictObject({
  weight: z.number().min(0).default(1).describe('Weight of the squared input gradient outside the area of interest.'),
  of: z
    .enum(['log-probabilities', 'margin'])
    .default('log-probabilities')
    .describe(
      'What is differentiated: the sum of log-probabilities, as published, whose gradient vanishes where all classes are ' +
        'equally likely, or the logit of the defective class less that of the good one.',
    ),
  labelSmoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('Share of the cross-entropy target that is spread evenly over all classes; 0 is none.'),
});

/** Options of the loss, defaults filled in. */
export type RrrOptions = z.output<typeof options>;

function rrrLoss({ weight, of, labelSmoothing }: RrrOptions): Loss {
  const compute = (inputs: LossInputs): ReturnType<Loss['compute']> => {
    const ce = crossEntropy(inputs.logits, inputs.labels, labelSmoothing);
    const outside = gradientOutside(inputs, of);
    const perSample: tf.Tensor1D = tf.add(ce, tf.mul(outside, weight));
    return { loss: tf.mean(perSample), perSample, parts: { ce: tf.mean(ce), gradientOutside: tf.mean(outside) } };
  };
  return { uses: ['images', 'aoi', 'forward'], compute };
}

/** The loss plugin `rrr`: (1/N) sum_i CE_i + weight R_i (equation 1 of Ross et al., IJCAI 2017, without weight decay). */
export const rrr = definePlugin({
  meta: {
    kind: 'loss',
    id: 'rrr',
    contract: '^2',
    summary: 'Cross-entropy plus the input gradient outside the area of interest: right for the right reasons.',
  },
  options,
  register: rrrLoss,
});
