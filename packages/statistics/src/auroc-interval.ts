import type { Label } from '@foveate/contracts';
import { placements } from './_placements.js';
import { placementVariance } from './delong.js';
import { criticalValue } from './normal.js';
import { areaOf } from './roc.js';
import type { Interval } from './wilson.js';

/** The confidence interval of an AUROC. */
export interface AurocInterval extends Interval {
  readonly auroc: number;
  /** `delong-logit`, or `newcombe-score` where DeLong's variance is zero or undefined. */
  readonly method: 'delong-logit' | 'newcombe-score';
}

/**
 * Confidence interval of the area under the ROC curve.
 *
 * DeLong's variance, without assumptions on the distribution of scores, on the logit scale so that the interval stays
 * within (0, 1): the combination Perme and Manevski find most reliable (Statistical Methods in Medical Research 28, 2019).
 * When the classes are perfectly separated, all scores are equal or a class has one image, that variance is zero or
 * undefined and the interval would falsely be a point: then Newcombe's score interval is used (Statistics in Medicine
 * 25 (2006) 559-573, method 5), a Wilson interval with the Hanley-McNeil variance at balanced class sizes.
 * @param level confidence level in (0, 1)
 * @returns null when a class is missing
 * @throws RangeError for lists of different length, NaN scores, labels other than 0 and 1, or a level outside (0, 1)
 */
export function aurocInterval(scores: readonly number[], labels: readonly Label[], level = 0.95): AurocInterval | null {
  const z = criticalValue(level);
  const placed = placements(scores, labels);
  const area = areaOf(placed);
  if (area === null) return null;
  const variance = placementVariance(placed);
  if (variance === null || variance === 0 || area === 0 || area === 1) {
    const interval = scoreInterval(area, placed.positives.length, placed.negatives.length, z);
    return { auroc: area, ...interval, method: 'newcombe-score' };
  }
  const logit = Math.log(area / (1 - area));
  const half = (z * Math.sqrt(variance)) / (area * (1 - area));
  return { auroc: area, low: expit(logit - half), high: expit(logit + half), method: 'delong-logit' };
}

function expit(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** All θ with |θ − area| ≤ z · √V(θ), V the Hanley-McNeil variance under exponential scores. */
function scoreInterval(area: number, positives: number, negatives: number, z: number): Interval {
  const extra = (positives + negatives) / 2 - 1;
  const inside = (theta: number): boolean => {
    const spread = 1 + extra * ((1 - theta) / (2 - theta) + theta / (1 + theta));
    return (theta - area) ** 2 <= (z * z * theta * (1 - theta) * spread) / (positives * negatives);
  };
  return { low: area === 0 ? 0 : edge(inside, area, 0), high: area === 1 ? 1 : edge(inside, area, 1) };
}

/** Bisects between a point inside and one outside, to the last bit. */
function edge(inside: (theta: number) => boolean, from: number, to: number): number {
  let [within, beyond] = [from, to];
  for (;;) {
    const middle = (within + beyond) / 2;
    if (middle === within || middle === beyond) return within;
    if (inside(middle)) within = middle;
    else beyond = middle;
  }
}
