/** The receiver operating characteristic: how well scores order positives (label 1) above negatives (label 0). */
import type { Label } from '@foveate/contracts';
import { checkScores } from './_check.js';
import { placements, type Placements } from './_placements.js';

/**
 * Area under the ROC curve: the probability that a random positive scores higher than a random negative, ties counting
 * one half (the Mann-Whitney statistic divided by the number of pairs). Pairs are counted in whole numbers, so ties are
 * exact and the only rounding is one division.
 * @param scores any order-preserving score of class 1; infinite values allowed
 * @returns in [0, 1]; null when a class is missing
 * @throws RangeError for lists of different length, NaN scores or labels other than 0 and 1
 */
export function auroc(scores: readonly number[], labels: readonly Label[]): number | null {
  return areaOf(placements(scores, labels));
}

/**
 * {@link auroc} of images drawn from these, each maybe several times: scores are sorted once for all draws.
 * @returns takes the numbers of the drawn images
 * @throws RangeError as {@link auroc}
 */
export function aurocOfDrawn(
  scores: readonly number[],
  labels: readonly Label[],
): (images: readonly number[]) => number | null {
  checkScores(scores, labels);
  const distinct = [...new Set(scores)].sort((a, b) => a - b);
  const rankOf = new Map(distinct.map((score, rank) => [score, rank]));
  const rank = Int32Array.from(scores, (score) => rankOf.get(score) ?? 0);
  const [positives, negatives] = [new Float64Array(distinct.length), new Float64Array(distinct.length)];
  return (images) => {
    positives.fill(0);
    negatives.fill(0);
    let positiveCount = 0;
    for (const image of images) {
      const at = rank[image] as number;
      if (labels[image] === 1) {
        positives[at] = (positives[at] as number) + 1;
        positiveCount++;
      } else negatives[at] = (negatives[at] as number) + 1;
    }
    const pairs = positiveCount * (images.length - positiveCount);
    if (pairs === 0) return null;
    let [below, doubled] = [0, 0];
    for (let at = 0; at < distinct.length; at++) {
      doubled += (positives[at] as number) * (2 * below + (negatives[at] as number));
      below += negatives[at] as number;
    }
    return doubled / (2 * pairs);
  };
}

/** The area under the curve of these placements; null when a class is missing. */
export function areaOf({ positives, negatives }: Placements): number | null {
  const pairs = positives.length * negatives.length;
  if (pairs === 0) return null;
  return positives.reduce((sum, value) => sum + value, 0) / (2 * pairs);
}

/** One point of a ROC curve: what happens when every score of at least `threshold` is called positive. */
export interface RocPoint {
  /** +Infinity at the first point, where nothing is called positive. */
  readonly threshold: number;
  /** In [0, 1]. */
  readonly falsePositiveRate: number;
  /** In [0, 1]. */
  readonly truePositiveRate: number;
}

/**
 * The ROC curve from (0, 0) to (1, 1), one point per distinct score in falling order. Tied scores move both rates at
 * once, which draws the diagonal that makes the trapezoidal area equal {@link auroc}.
 * @returns empty when a class is missing, because a rate is then undefined
 * @throws RangeError as {@link auroc}
 */
export function rocCurve(scores: readonly number[], labels: readonly Label[]): readonly RocPoint[] {
  checkScores(scores, labels);
  const steps = new Map<number, { positives: number; negatives: number }>();
  const totals = { positives: 0, negatives: 0 };
  for (const [i, score] of scores.entries()) {
    const step = steps.get(score) ?? { positives: 0, negatives: 0 };
    const side = labels[i] === 1 ? 'positives' : 'negatives';
    step[side]++;
    totals[side]++;
    steps.set(score, step);
  }
  if (totals.positives === 0 || totals.negatives === 0) return [];
  const points: RocPoint[] = [{ threshold: Infinity, falsePositiveRate: 0, truePositiveRate: 0 }];
  const seen = { positives: 0, negatives: 0 };
  for (const [threshold, step] of [...steps].sort(([a], [b]) => (a < b ? 1 : -1))) {
    seen.positives += step.positives;
    seen.negatives += step.negatives;
    points.push({
      threshold,
      falsePositiveRate: seen.negatives / totals.negatives,
      truePositiveRate: seen.positives / totals.positives,
    });
  }
  return points;
}
