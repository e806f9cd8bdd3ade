/**
 * Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1 (1945) 80-83: are paired differences, one for each
 * seed say, around zero? With Hodges and Lehmann's estimate of where they are around (Annals of Mathematical Statistics 34
 * (1963) 598-611).
 */
import { normalUpperTail } from './normal.js';
import type { Interval } from './wilson.js';

/** What the signed-rank test finds. */
export interface SignedRankTest {
  /** Differences that are not zero: the others say nothing. */
  readonly n: number;
  /** Sum of the ranks of positive differences, ties with their mean rank. */
  readonly statistic: number;
  /** Two-sided. With five differences never below 1/16. */
  readonly p: number;
}

/** Differences up to which all signs are gone through. */
const exactUpTo = 50;

/**
 * Two-sided signed-rank test of differences that are symmetric around their median. Exact up to 50 differences, ties included:
 * every sign of every rank is equally likely. Above, the normal approximation with continuity and ties corrected. Differences that
 * rounding alone tells apart are ties, and one that it leaves of two equal values is zero: accuracies are k / n.
 * @throws RangeError for a difference that is not finite
 */
export function signedRankTest(differences: readonly number[]): SignedRankTest {
  if (!differences.every(Number.isFinite)) throw new RangeError('A difference is not finite.');
  const slack = 1e-9 * differences.reduce((most, difference) => Math.max(most, Math.abs(difference)), 0);
  const ranked = doubledRanks(
    differences.filter((difference) => Math.abs(difference) > slack),
    slack,
  );
  const n = ranked.length;
  const doubled = ranked.reduce((sum, { positive, rank }) => sum + (positive ? rank : 0), 0);
  const total = ranked.reduce((sum, { rank }) => sum + rank, 0);
  const extreme = Math.min(doubled, total - doubled);
  const ranks = ranked.map(({ rank }) => rank);
  const p = n === 0 ? 1 : n <= exactUpTo ? exactTail(ranks, extreme) : normalTail(ranks, extreme, total);
  return { n, statistic: doubled / 2, p: Math.min(1, 2 * p) };
}

/** Hodges and Lehmann's estimate of a median, with an interval. */
export interface MedianEstimate {
  /** Median of the means of all pairs of differences, each with itself too; null without differences. */
  readonly estimate: number | null;
  /** Values that {@link signedRankTest} would not refuse at this level; everything where there are too few differences. */
  readonly interval: Interval;
  /** The level that the interval has at least: with few differences there are few levels. */
  readonly level: number;
}

/**
 * Where paired differences are around, and how surely: the confidence interval that belongs to the signed-rank test.
 * @param level wanted, in (0, 1); five differences can give 0.9375 at most, and then the interval is everything
 * @throws RangeError for a difference that is not finite, or a level outside (0, 1)
 */
export function hodgesLehmann(differences: readonly number[], level = 0.95): MedianEstimate {
  if (!differences.every(Number.isFinite)) throw new RangeError('A difference is not finite.');
  if (!(level > 0 && level < 1))
    throw new RangeError(`A confidence level between 0 and 1 is needed, not ${String(level)}.`);
  const means = differences.flatMap((a, i) => differences.slice(i).map((b) => (a + b) / 2)).sort((a, b) => a - b);
  const everything = { low: -Infinity, high: Infinity };
  if (means.length === 0) return { estimate: null, interval: everything, level: 1 };
  const middle = means.length >> 1;
  const estimate =
    means.length % 2 === 1
      ? (means[middle] as number)
      : ((means[middle - 1] as number) + (means[middle] as number)) / 2;
  // Without ties: ranks 1 to n, doubled.
  const ranks = differences.map((_, i) => 2 * (i + 1));
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const tail = (below: number) =>
    differences.length <= exactUpTo ? exactTail(ranks, 2 * below) : normalTail(ranks, 2 * below, total);
  let cut = -1;
  while (2 * tail(cut + 1) <= 1 - level + 1e-12) cut++;
  if (cut < 0) return { estimate, interval: everything, level: 1 };
  const interval = { low: means[cut] as number, high: means[means.length - 1 - cut] as number };
  return { estimate, interval, level: 1 - 2 * tail(cut) };
}

interface Ranked {
  readonly positive: boolean;
  /** Twice the rank of the absolute value, a whole number with ties too. */
  readonly rank: number;
}

/** @param slack distance up to which absolute values are tied */
function doubledRanks(differences: readonly number[], slack: number): readonly Ranked[] {
  const sorted = [...differences].sort((a, b) => Math.abs(a) - Math.abs(b));
  const ranked: Ranked[] = [];
  for (let start = 0; start < sorted.length;) {
    let end = start;
    const least = Math.abs(sorted[start] as number);
    while (end < sorted.length && Math.abs(sorted[end] as number) - least <= slack) end++;
    // Mean of ranks start + 1 to end, doubled.
    for (const difference of sorted.slice(start, end)) ranked.push({ positive: difference > 0, rank: start + 1 + end });
    start = end;
  }
  return ranked;
}

/** P(sum of the positive ranks ≤ at most) when every sign is a fair coin, counted over all sums. */
function exactTail(ranks: readonly number[], most: number): number {
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const chance = new Float64Array(total + 1);
  chance[0] = 1;
  for (const rank of ranks) {
    for (let sum = total; sum >= 0; sum--) {
      const with_ = sum >= rank ? (chance[sum - rank] as number) : 0;
      chance[sum] = ((chance[sum] as number) + with_) / 2;
    }
  }
  return chance.subarray(0, Math.floor(most) + 1).reduce((sum, value) => sum + value, 0);
}

function normalTail(ranks: readonly number[], most: number, total: number): number {
  // Each sign adds rank²/4 to the variance, which takes ties into account. Doubled ranks: a continuity of one half is 1.
  const deviation = Math.sqrt(ranks.reduce((sum, rank) => sum + (rank * rank) / 4, 0));
  return normalUpperTail((total / 2 - most - 1) / deviation);
}
