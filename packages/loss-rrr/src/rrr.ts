import { definePlugin } from '@foveate/contracts';
import { guidanceOptions, guidedLoss } from '@foveate/guidance';
import { z } from 'zod';
import { gradientOutside } from './gradient-outside.js';

const options = z.strictObject({
  ...guidanceOptions({ usual: 1, of: 'the squared input gradient outside the area of interest' }),
  of: z
    .enum(['log-probabilities', 'margin'])
    .default('log-probabilities')
    .describe(
      'What is differentiated: the sum of log-probabilities, as published, whose gradient vanishes where all classes are ' +
        'equally likely, or the logit of the defective class less that of the good one.',
    ),
});

/** Options of the loss, defaults filled in. */
export type RrrOptions = z.output<typeof options>;

/** The loss plugin `rrr`: (1/N) sum_i CE_i + weight R_i (equation 1 of Ross et al., IJCAI 2017, without weight decay). */
export const rrr = definePlugin({
  meta: {
    kind: 'loss',
    id: 'rrr',
    contract: '^2',
    summary: 'Cross-entropy plus the input gradient outside the area of interest: right for the right reasons.',
  },
  options,
  register: (o) =>
    guidedLoss(
      { ...o, images: 'all' },
      {
        name: 'gradientOutside',
        uses: ['images', 'forward'],
        measure: (inputs) => ({ guidance: gradientOutside(inputs, o.of) }),
      },
    ),
});
