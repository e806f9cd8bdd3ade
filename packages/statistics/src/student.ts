/** Student, "The probable error of a mean", Biometrika 6 (1908) 1-25: means of few values, such as one for each seed. */
import { criticalValue, normalQuantile } from './normal.js';
import type { Interval } from './wilson.js';

/**
 * Probability that Student's t with a whole number of degrees of freedom exceeds `t`. Finite sums: Abramowitz and Stegun, Handbook
 * of Mathematical Functions, 26.7.3 and 26.7.4.
 * @throws RangeError for degrees of freedom that are no whole number from 1 up
 */
export function studentUpperTail(t: number, freedom: number): number {
  if (!Number.isSafeInteger(freedom) || freedom < 1)
    throw new RangeError(`Degrees of freedom are a whole number from 1 up, not ${String(freedom)}.`);
  if (t < 0) return 1 - studentUpperTail(-t, freedom);
  const angle = Math.atan(t / Math.sqrt(freedom));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const odd = freedom % 2 === 1;
  // Powers of the cosine: 1, 3, ... up to freedom - 2, or 0, 2, ...
  let term = odd ? cosine : 1;
  let sum = 0;
  for (let power = odd ? 1 : 0; power <= freedom - 2; power += 2) {
    sum += term;
    term *= (cosine * cosine * (power + 1)) / (power + 2);
  }
  const within = odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
  return Math.max(0, (1 - within) / 2);
}

/**
 * The value that Student's t stays below with probability `p`, to about 12 digits.
 * @param p in (0, 1)
 * @throws RangeError as {@link studentUpperTail}, and for any other `p`
 */
export function studentQuantile(p: number, freedom: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`A probability between 0 and 1 is needed, not ${String(p)}.`);
  if (p < 0.5) return -studentQuantile(1 - p, freedom);
  let [low, high] = [0, 1];
  while (studentUpperTail(high, freedom) > 1 - p) high *= 2;
  for (let step = 0; step < 100 && high - low > 1e-13 * high; step++) {
    const middle = (low + high) / 2;
    if (studentUpperTail(middle, freedom) > 1 - p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** A mean of few values. */
export interface MeanEstimate {
  readonly n: number;
  readonly mean: number;
  /** Of single values; null with one. */
  readonly deviation: number | null;
  /** Null with one value, and where all are the same. */
  readonly interval: Interval | null;
  /** Two-sided chance of a mean as far from zero, if zero were the truth; null with one value, and where all are the same but 0. */
  readonly p: number | null;
}

/**
 * Mean, t interval and t test against zero: of paired differences it is the paired t test. Values that are all the same say nothing
 * of their spread, most often because they are coarse: no interval, and no p but 1 at zero.
 * @throws RangeError without values, for one that is not finite, or a level outside (0, 1)
 */
export function meanEstimate(values: readonly number[], level = 0.95): MeanEstimate {
  if (values.length === 0) throw new RangeError('There are no values.');
  if (!values.every(Number.isFinite)) throw new RangeError('A value is not finite.');
  if (!(level > 0 && level < 1))
    throw new RangeError(`A confidence level between 0 and 1 is needed, not ${String(level)}.`);
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { n, mean, deviation: null, interval: null, p: null };
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  const error = deviation / Math.sqrt(n);
  const reach = error * studentQuantile((1 + level) / 2, n - 1);
  // Rounding must not make a difference of values that are the same.
  const same = deviation <= 1e-12 * Math.max(1, Math.abs(mean));
  if (same) return { n, mean, deviation: 0, interval: null, p: Math.abs(mean) <= 1e-12 ? 1 : null };
  const p = Math.min(1, 2 * studentUpperTail(Math.abs(mean) / error, n - 1));
  return { n, mean, deviation, interval: { low: mean - reach, high: mean + reach }, p };
}

/**
 * Values that a paired t test needs to show a mean difference with a chance of 80% (or `power`): normal approximation with Guenther's
 * correction (The American Statistician 35 (1981) 243-244).
 * @param effect mean / deviation of the differences (Cohen's d_z), not 0
 * @returns a whole number, at least 2
 * @throws RangeError for an effect of 0, or a level or power outside (0, 1)
 */
export function pairsNeeded(effect: number, { level = 0.95, power = 0.8 } = {}): number {
  if (!(Math.abs(effect) > 0)) throw new RangeError('An effect of nothing cannot be shown.');
  const z = criticalValue(level);
  const n = ((z + normalQuantile(power)) / effect) ** 2 + z ** 2 / 2;
  return Math.max(2, Math.ceil(n));
}
