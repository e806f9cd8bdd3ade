/** Two classifiers judged on the same images: is the difference in accuracy more than chance? */
import { checkCounts } from './_check.js';
import { wilsonInterval, type Interval } from './wilson.js';

/**
 * Exact two-sided p-value of McNemar's test. Only images on which exactly one classifier is right say anything about
 * the difference; if both were equally good, each such image would be a fair coin toss, so the smaller count follows
 * Binomial(b + c, 1/2). The p-value is twice its lower tail, at most 1. No normal approximation: it would be wrong for
 * the handful of images that usually decide.
 *
 * McNemar, Psychometrika 12 (1947) 153-157; exact form as in Fagerland, Lydersen and Laake, "The McNemar test for
 * binary matched-pairs data", BMC Medical Research Methodology 13:91 (2013).
 * @param b images only the first classifier gets right
 * @param c images only the second classifier gets right
 * @returns in [0, 1]; 1 when b + c = 0
 * @throws RangeError when a count is not a whole number of at least zero
 */
export function mcnemarExact(b: number, c: number): number {
  checkCounts({ b, c });
  const n = b + c;
  const k = Math.min(b, c);
  if (b === c) return 1;
  // C(n, k) / 2^n as a running product; halving in between is exact and keeps it from overflowing.
  let term = 1;
  let halvings = n;
  for (let i = 1; i <= k; i++) {
    term *= (n - k + i) / i;
    while (term > 1 && halvings > 0) {
      term /= 2;
      halvings--;
    }
  }
  let relative = 1;
  let sum = 1;
  for (let i = k; i > 0 && relative > sum * 1e-17; i--) {
    relative *= i / (n - i + 1);
    sum += relative;
  }
  return Math.min(1, 2 * term * sum * 2 ** -halvings);
}

/** How two classifiers did on the same images. */
export interface PairedCounts {
  readonly bothRight: number;
  readonly onlyFirstRight: number;
  readonly onlySecondRight: number;
  readonly bothWrong: number;
}

/**
 * Confidence interval of the difference in accuracy, second minus first, on the same images: Wilson intervals of both
 * accuracies combined with their correlation, which stays sensible with few or no disagreements.
 *
 * Newcombe, "Improved confidence intervals for the difference between binomial proportions based on paired data",
 * Statistics in Medicine 17 (1998) 2635-2650, method 10.
 * @param level confidence level in (0, 1)
 * @returns within [−1, 1]; all of it when there are no images
 * @throws RangeError when a count is not a whole number of at least zero, or the level is outside (0, 1)
 */
export function pairedDifferenceInterval(counts: PairedCounts, level = 0.95): Interval {
  const { bothRight, onlyFirstRight, onlySecondRight, bothWrong } = counts;
  checkCounts({ bothRight, onlyFirstRight, onlySecondRight, bothWrong });
  const n = bothRight + onlyFirstRight + onlySecondRight + bothWrong;
  if (n === 0) return { low: -1, high: 1 };
  const firstRight = bothRight + onlyFirstRight;
  const secondRight = bothRight + onlySecondRight;
  const first = wilsonInterval(firstRight, n, level);
  const second = wilsonInterval(secondRight, n, level);
  const phi = correlation(counts, n);
  const difference = (onlySecondRight - onlyFirstRight) / n;
  const below = combine(secondRight / n - second.low, first.high - firstRight / n, phi);
  const above = combine(second.high - secondRight / n, firstRight / n - first.low, phi);
  return { low: Math.max(-1, difference - below), high: Math.min(1, difference + above) };
}

/** Newcombe's phi, with his continuity correction of a positive correlation. */
function correlation({ bothRight, onlyFirstRight, onlySecondRight, bothWrong }: PairedCounts, n: number): number {
  const margins =
    (bothRight + onlyFirstRight) *
    (onlySecondRight + bothWrong) *
    (bothRight + onlySecondRight) *
    (onlyFirstRight + bothWrong);
  if (margins === 0) return 0;
  const product = bothRight * bothWrong - onlyFirstRight * onlySecondRight;
  return (product > 0 ? Math.max(product - n / 2, 0) : product) / Math.sqrt(margins);
}

function combine(a: number, b: number, phi: number): number {
  return Math.sqrt(Math.max(0, a * a - 2 * phi * a * b + b * b));
}
