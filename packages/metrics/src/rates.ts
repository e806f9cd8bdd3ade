import { definePlugin } from '@foveate/contracts';
import { confusion, rates as ratesOf } from '@foveate/statistics';
import { z } from 'zod';
import { threshold } from './_threshold.js';

/**
 * Metric `rates`: keys `balancedAccuracy`, `recall`, `specificity`, `precision` and `f1` in [0, 1] and `mcc` in [−1, 1]; null
 * where there is nothing to divide by.
 */
export const rates = definePlugin({
  meta: {
    kind: 'metric',
    id: 'rates',
    contract: '^2',
    summary: 'Balanced accuracy, recall, specificity, precision, F1 and MCC.',
  },
  options: z.strictObject({ threshold }),
  register: ({ threshold: own }) => ({
    measure(predictions, { threshold }) {
      const scores = predictions.map(({ score }) => score);
      const labels = predictions.map(({ label }) => label);
      return { ...ratesOf(confusion(scores, labels, own ?? threshold)) };
    },
  }),
});
