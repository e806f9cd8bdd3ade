import type { Label } from '@foveate/contracts';
import { rocCurve } from './roc.js';

/**
 * Average precision, the area under the precision-recall curve as a sum of steps: AP = Σ (Rₙ − Rₙ₋₁) Pₙ over the distinct
 * scores in falling order. Nothing is interpolated, which would be too optimistic (Davis and Goadrich, "The relationship
 * between precision-recall and ROC curves", ICML 2006). Chance has the share of positives.
 * @returns in (0, 1]; null when a class is missing
 * @throws RangeError for lists of different length, NaN scores or labels other than 0 and 1
 */
export function averagePrecision(scores: readonly number[], labels: readonly Label[]): number | null {
  const points = rocCurve(scores, labels);
  if (points.length === 0) return null;
  const positives = labels.filter((label) => label === 1).length;
  const negatives = labels.length - positives;
  let sum = 0;
  let before = 0;
  for (const { truePositiveRate, falsePositiveRate } of points.slice(1)) {
    const [tp, fp] = [truePositiveRate * positives, falsePositiveRate * negatives];
    sum += ((truePositiveRate - before) * tp) / (tp + fp);
    before = truePositiveRate;
  }
  return sum;
}
