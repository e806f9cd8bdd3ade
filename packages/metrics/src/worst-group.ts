import { definePlugin, groupName } from '@foveate/contracts';
import { groupAccuracies, worstGroup as worstOf } from '@foveate/statistics';
import { z } from 'zod';
import { threshold } from './_threshold.js';

/**
 * Metric `worst-group`: keys `worstGroup`, the lowest accuracy of the groups of label and attributes, in [0, 1], and
 * `groups`, the accuracy of each. A network that leans on something beside the area of interest fails where that
 * something says the opposite of the label; the mean over all images hides it. No keys where no image has attributes.
 */
export const worstGroup = definePlugin({
  meta: {
    kind: 'metric',
    id: 'worst-group',
    contract: '^2',
    summary: 'Accuracy of each group of label and attributes, and the lowest of them.',
  },
  options: z.strictObject({ threshold }),
  register: ({ threshold: own }) => ({
    measure(predictions, { threshold }) {
      if (predictions.every(({ attributes }) => attributes === undefined)) return {};
      const groups = groupAccuracies(
        predictions.map(({ label, score, attributes }) => ({
          group: groupName(label, attributes),
          correct: score >= (own ?? threshold) === (label === 1),
        })),
      );
      return {
        worstGroup: worstOf(groups)?.accuracy ?? null,
        groups: Object.fromEntries(groups.map(({ group, accuracy }) => [group, accuracy])),
      };
    },
  }),
});
