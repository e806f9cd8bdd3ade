/** Whether probabilities mean what they say. */
import type { Label } from '@foveate/contracts';
import { checkScores } from './_check.js';

/**
 * Brier score, the mean squared distance of probability and label: 0 is perfect, 0.25 what "one half" always gets. (Brier,
 * Monthly Weather Review 78 (1950) 1-3, of one of two classes.)
 * @returns null without images
 * @throws RangeError for lists of different length, labels other than 0 and 1, or numbers that are no probabilities
 */
export function brierScore(probabilities: readonly number[], labels: readonly Label[]): number | null {
  checkProbabilities(probabilities, labels);
  if (probabilities.length === 0) return null;
  const sum = probabilities.reduce((total, p, i) => total + (p - (labels[i] as number)) ** 2, 0);
  return sum / probabilities.length;
}

/**
 * Expected calibration error of the positive class: how far, on average over the images, the share of positives lies from
 * the mean probability in bins of equally many images. (Equal widths leave most bins empty for a sure classifier: Nixon et
 * al., "Measuring calibration in deep learning", CVPR workshops 2019.) Biased upwards where bins are small.
 * @param bins at most, a whole number from 1 up; so many that each has ten images or more. Equal probabilities share one
 * @returns in [0, 1]; null without images
 * @throws RangeError as {@link brierScore}, and for another number of bins
 */
export function calibrationError(probabilities: readonly number[], labels: readonly Label[], bins = 15): number | null {
  checkProbabilities(probabilities, labels);
  if (!(Number.isInteger(bins) && bins > 0)) throw new RangeError(`There cannot be ${String(bins)} bins.`);
  const n = probabilities.length;
  if (n === 0) return null;
  const number = Math.max(1, Math.min(bins, Math.floor(n / 10)));
  const order = probabilities.map((p, i) => [p, labels[i] as number] as const).sort(([a], [b]) => a - b);
  let error = 0;
  let start = 0;
  for (let bin = 1; bin <= number; bin++) {
    let end = Math.max(start, Math.floor((bin * n) / number));
    // Images of one probability are in one bin: their order says nothing.
    while (end > start && end < n && order[end]?.[0] === order[end - 1]?.[0]) end++;
    error += Math.abs(order.slice(start, end).reduce((sum, [p, label]) => sum + p - label, 0)) / n;
    start = end;
  }
  return error;
}

/** The lowest and the highest temperature that {@link fitTemperature} finds. */
export const temperatureLimits = [1e-3, 1e3] as const;

/**
 * The temperature T > 0 by which logits have to be divided so that their probabilities fit the labels best: it minimises the
 * mean cross-entropy of sigmoid(margin / T), which is convex in 1 / T. Order, and so AUROC, stay. (Guo et al., "On
 * calibration of modern neural networks", ICML 2017.) To be fitted on validation images.
 * @param margins logit of class 1 minus logit of class 0
 * @returns in [1e-3, 1e3]; 1e-3 where every margin has the right sign, 1e3 where margins say nothing or the contrary; null
 *   without images
 * @throws RangeError for lists of different length, margins that are not finite or labels other than 0 and 1
 */
export function fitTemperature(margins: readonly number[], labels: readonly Label[]): number | null {
  checkScores(margins, labels);
  if (!margins.every(Number.isFinite)) throw new RangeError('A margin is not finite.');
  if (margins.length === 0) return null;
  // The derivative of the loss by b = 1 / T rises: its zero is found by halving.
  const slope = (b: number) =>
    margins.reduce((sum, margin, i) => sum + margin * (sigmoid(b * margin) - (labels[i] as number)), 0);
  let [low, high]: [number, number] = [...temperatureLimits];
  if (slope(low) >= 0) return 1 / low;
  if (slope(high) <= 0) return 1 / high;
  for (let step = 0; step < 100 && high / low > 1 + 1e-12; step++) {
    const middle = Math.sqrt(low * high);
    if (slope(middle) < 0) low = middle;
    else high = middle;
  }
  return 1 / Math.sqrt(low * high);
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function checkProbabilities(probabilities: readonly number[], labels: readonly Label[]): void {
  checkScores(probabilities, labels);
  const wrong = probabilities.find((p) => p < 0 || p > 1);
  if (wrong !== undefined) throw new RangeError(`${String(wrong)} is no probability.`);
}
