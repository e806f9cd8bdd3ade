import { criticalValue, normalQuantile } from './normal.js';

/**
 * Number of test images that McNemar's test needs to see a difference in accuracy: Connor, "Sample size for testing differences in
 * proportions for the paired-sample design", Biometrics 43 (1987) 207-211.
 * @param onlyFirst share of images that only the first classifier gets right, in [0, 1]
 * @param onlySecond the same of the second
 * @param level of the test, two-sided; default 0.05
 * @param power chance of seeing the difference when it is there; default 0.8
 * @returns a whole number; null when there is no difference to be seen
 * @throws RangeError for shares that are none or sum to more than one, or a level or power outside (0, 1)
 */
export function imagesNeeded(onlyFirst: number, onlySecond: number, level = 0.05, power = 0.8): number | null {
  const sum = onlyFirst + onlySecond;
  if (!(onlyFirst >= 0 && onlySecond >= 0 && sum <= 1)) {
    throw new RangeError(`${String(onlyFirst)} and ${String(onlySecond)} are no shares of the same images.`);
  }
  const difference = Math.abs(onlyFirst - onlySecond);
  const [a, b] = [criticalValue(1 - level), normalQuantile(power)];
  if (difference === 0) return null;
  const root = a * Math.sqrt(sum) + b * Math.sqrt(sum - difference * difference);
  return Math.ceil((root / difference) ** 2);
}
