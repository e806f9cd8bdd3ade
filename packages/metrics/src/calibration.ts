import { definePlugin } from '@foveate/contracts';
import { brierScore, calibrationError } from '@foveate/statistics';
import { z } from 'zod';

/**
 * Metric `calibration`: whether probabilities mean what they say. Keys `brier` (mean squared distance of probability and label)
 * and `calibrationError` (mean distance of probability and share, in bins of equally many images), in [0, 1]; null without images.
 */
export const calibration = definePlugin({
  meta: {
    kind: 'metric',
    id: 'calibration',
    contract: '^2',
    summary: 'Brier score and expected calibration error.',
  },
  options: z.strictObject({
    bins: z.int().min(1).max(1000).default(15).describe('Bins at most; each has ten images or more.'),
  }),
  register: ({ bins }) => ({
    measure(predictions) {
      const scores = predictions.map(({ score }) => score);
      const labels = predictions.map(({ label }) => label);
      return { brier: brierScore(scores, labels), calibrationError: calibrationError(scores, labels, bins) };
    },
  }),
});
