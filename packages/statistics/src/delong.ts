/**
 * DeLong, DeLong and Clarke-Pearson, "Comparing the areas under two or more correlated receiver operating
 * characteristic curves: a nonparametric approach", Biometrics 44 (1988) 837-845.
 */
import type { Label } from '@foveate/contracts';
import { placements, type Placements } from './_placements.js';
import { criticalValue, normalUpperTail } from './normal.js';
import { areaOf } from './roc.js';
import type { Interval } from './wilson.js';

/**
 * DeLong's variance of an AUROC: S10 / m + S01 / n, the sample variances of the placements of m positives and n
 * negatives. Null when a class has fewer than two members.
 */
export function placementVariance({ positives, negatives }: Placements): number | null {
  const [m, n] = [positives.length, negatives.length];
  if (m < 2 || n < 2) return null;
  // Doubled placements: a positive's is in units of 1 / 2n, a negative's in units of 1 / 2m.
  return sampleVariance(positives) / (m * 4 * n * n) + sampleVariance(negatives) / (n * 4 * m * m);
}

function sampleVariance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}

/** What DeLong's paired test finds. */
export interface DelongTest {
  readonly aurocA: number;
  readonly aurocB: number;
  /** AUROC of B minus AUROC of A, in [−1, 1]. */
  readonly difference: number;
  /** Standard error of the difference; null when a class has fewer than two members. */
  readonly standardError: number | null;
  /** Confidence interval of the difference (normal approximation); null where the standard error is zero or null. */
  readonly interval: Interval | null;
  /** Two-sided; 1 when no pair of images is ordered differently; null when a variance cannot be estimated. */
  readonly p: number | null;
}

/**
 * DeLong's test of two AUROCs measured on the same images. The p-value is asymptotic: with fewer than about 20 images
 * of a class take it as a rough guide. It speaks of other images from the same source, not of other training seeds.
 *
 * The variance of the difference is taken from the differences of placements, not as var A + var B − 2 cov: nothing
 * cancels, and two classifiers that order the images alike give exactly zero.
 * @param scoresA scores of the first classifier, in the order of `labels`
 * @param scoresB scores of the second classifier, same order
 * @param level confidence level of the interval, in (0, 1)
 * @returns null when a class is missing
 * @throws RangeError for lists of different length, NaN scores, labels other than 0 and 1, or a level outside (0, 1)
 */
export function delongTest(
  scoresA: readonly number[],
  scoresB: readonly number[],
  labels: readonly Label[],
  level = 0.95,
): DelongTest | null {
  const z = criticalValue(level);
  const a = placements(scoresA, labels);
  const b = placements(scoresB, labels);
  const [aurocA, aurocB] = [areaOf(a), areaOf(b)];
  if (aurocA === null || aurocB === null) return null;
  const change = { positives: minus(b.positives, a.positives), negatives: minus(b.negatives, a.negatives) };
  const difference = areaOf(change) ?? 0;
  const variance = placementVariance(change);
  const result = { aurocA, aurocB, difference };
  if (variance === null) return { ...result, standardError: null, interval: null, p: null };
  const standardError = Math.sqrt(variance);
  if (standardError === 0) {
    const alike = [...change.positives, ...change.negatives].every((value) => value === 0);
    return { ...result, standardError, interval: null, p: alike ? 1 : null };
  }
  return {
    ...result,
    standardError,
    interval: {
      low: Math.max(-1, difference - z * standardError),
      high: Math.min(1, difference + z * standardError),
    },
    p: Math.min(1, 2 * normalUpperTail(Math.abs(difference) / standardError)),
  };
}

function minus(a: readonly number[], b: readonly number[]): readonly number[] {
  return a.map((value, i) => value - (b[i] ?? 0));
}
