import { checkCounts } from './_check.js';
import { criticalValue } from './normal.js';

/** A confidence interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Wilson's score interval of a proportion: keeps its level at small n and near 0 and 1, where the textbook interval
 * p ± z·√(p(1−p)/n) collapses to a point.
 *
 * Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927) 209-212.
 * @param level confidence level in (0, 1)
 * @returns within [0, 1]; all of [0, 1] when n = 0, because nothing is known
 * @throws RangeError when the counts are no counts, successes exceed n, or the level is outside (0, 1)
 */
export function wilsonInterval(successes: number, n: number, level = 0.95): Interval {
  checkCounts({ successes, n });
  if (successes > n) throw new RangeError(`There are ${successes} successes in ${n} trials.`);
  const z = criticalValue(level);
  if (n === 0) return { low: 0, high: 1 };
  const p = successes / n;
  const z2n = (z * z) / n;
  const centre = (p + z2n / 2) / (1 + z2n);
  const half = Math.sqrt(z2n * (p * (1 - p) + z2n / 4)) / (1 + z2n);
  return {
    // At the ends the formula gives exactly 0 and 1 but its rounding does not.
    low: successes === 0 ? 0 : Math.max(0, centre - half),
    high: successes === n ? 1 : Math.min(1, centre + half),
  };
}
