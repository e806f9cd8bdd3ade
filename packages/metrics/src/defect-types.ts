import { definePlugin } from '@foveate/contracts';
import { z } from 'zod';
import { threshold } from './_threshold.js';

/**
 * Metric `defect-types`: keys `recallByType`, the share of the defective images with a type of defect that are called defective, in
 * [0, 1], and `imagesByType`, how many there are. An image with several types counts for each. No keys where nobody told types.
 */
export const defectTypes = definePlugin({
  meta: {
    kind: 'metric',
    id: 'defect-types',
    contract: '^2',
    summary: 'Recall of each type of defect.',
  },
  options: z.strictObject({ threshold }),
  register: ({ threshold: own }) => ({
    measure(predictions, { threshold }) {
      const found = new Map<string, number[]>();
      for (const { label, score, defectTypes: types = [] } of predictions) {
        if (label === 0) continue;
        const called = score >= (own ?? threshold) ? 1 : 0;
        for (const type of new Set(types)) found.set(type, [...(found.get(type) ?? []), called]);
      }
      if (found.size === 0) return predictions.some(({ defectTypes: types }) => types !== undefined) ? none : {};
      const byType = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
      return {
        recallByType: Object.fromEntries(byType.map(([type, calls]) => [type, mean(calls)])),
        imagesByType: Object.fromEntries(byType.map(([type, calls]) => [type, calls.length])),
      };
    },
  }),
});

const none = { recallByType: {}, imagesByType: {} };

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
