import { definePlugin } from '@foveate/contracts';
import { averagePrecision, falseAlarmsAtRecall, recallAtFalseAlarms } from '@foveate/statistics';
import { z } from 'zod';

const share = z.number().min(0).max(1);

/**
 * Metric `ranking`: what scores can do whatever the threshold. Keys `averagePrecision` (area under the precision-recall curve),
 * `recallAtFalseAlarms` (share of the defective that are found at a share of false alarms) and `falseAlarmsAtRecall` (the reverse), in [0, 1]; null
 * with one class. Thresholds are those that suit these images: on new ones the rates are a little worse.
 */
export const ranking = definePlugin({
  meta: {
    kind: 'metric',
    id: 'ranking',
    contract: '^2',
    summary: 'Average precision, recall at a rate of false alarms, and false alarms at a recall.',
  },
  options: z.strictObject({
    falseAlarms: share.default(0.05).describe('Share of the good ones that may be called defective.'),
    recall: share.default(0.95).describe('Share of the defective ones that have to be found.'),
  }),
  register: ({ falseAlarms, recall }) => ({
    measure(predictions) {
      const scores = predictions.map(({ score }) => score);
      const labels = predictions.map(({ label }) => label);
      return {
        averagePrecision: averagePrecision(scores, labels),
        recallAtFalseAlarms: recallAtFalseAlarms(falseAlarms, scores, labels),
        falseAlarmsAtRecall: falseAlarmsAtRecall(recall, scores, labels),
      };
    },
  }),
});
