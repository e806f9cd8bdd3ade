import { definePlugin, type Prediction } from '@foveate/contracts';
import { auroc, confusion } from '@foveate/statistics';
import { z } from 'zod';
import { threshold } from './_threshold.js';

/**
 * Metric `classification`: keys `n`, `accuracy` in [0, 1], `auroc` in [0, 1] (null with one class), `loss` (mean over
 * the images) and `confusion` `{ tn, fp, fn, tp }`. Accuracy and loss are null without predictions.
 */
export const classification = definePlugin({
  meta: {
    kind: 'metric',
    id: 'classification',
    contract: '^2',
    summary: 'Accuracy, ROC AUC, mean loss and confusion counts.',
  },
  options: z.strictObject({ threshold }),
  register: ({ threshold: own }) => ({
    measure(predictions, { threshold }) {
      const scores = predictions.map((prediction) => prediction.score);
      const labels = predictions.map((prediction) => prediction.label);
      const counts = confusion(scores, labels, own ?? threshold);
      const n = predictions.length;
      return {
        n,
        accuracy: n === 0 ? null : (counts.tp + counts.tn) / n,
        auroc: auroc(scores, labels),
        loss: n === 0 ? null : meanLoss(predictions),
        confusion: { ...counts },
      };
    },
  }),
});

function meanLoss(predictions: readonly Prediction[]): number {
  return predictions.reduce((sum, prediction) => sum + prediction.loss, 0) / predictions.length;
}
