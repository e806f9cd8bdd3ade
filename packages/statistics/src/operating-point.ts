/** The threshold from which an image is called defective, chosen on validation images and then kept. */
import type { Label } from '@foveate/contracts';
import { rocCurve, type RocPoint } from './roc.js';

/** What the threshold is to keep. */
export type OperatingRule =
  /** At most this share of the good ones is called defective; of such thresholds the one that finds most. */
  | { readonly falseAlarms: number }
  /** At most this share of the defective ones is missed; of such thresholds the one with the fewest false alarms. */
  | { readonly misses: number }
  /** Least expected cost of an image. */
  | {
      readonly cost: { readonly falseAlarm: number; readonly miss: number };
      /** Share of defective ones in use; left out: as in these images. */
      readonly prevalence?: number;
    };

/** A threshold and what it does on the images it was chosen on. */
export interface OperatingPoint extends RocPoint {
  /** Rates on new images are a little worse: this one was chosen to look good. */
  readonly threshold: number;
}

/**
 * Chooses a threshold between two scores that occur, in the middle of them, so that rounding cannot move an image across.
 * Above all scores it is +Infinity, below all −Infinity.
 * @returns null when a class is missing
 * @throws RangeError for lists that are none, NaN scores, and rates, costs or a prevalence out of range
 */
export function operatingPoint(
  scores: readonly number[],
  labels: readonly Label[],
  rule: OperatingRule,
): OperatingPoint | null {
  const points = rocCurve(scores, labels);
  if (points.length === 0) return null;
  const best = chosen(points, rule, labels);
  const lower = points[points.indexOf(best) + 1]?.threshold ?? -Infinity;
  return { ...best, threshold: between(lower, best.threshold) };
}

/**
 * Share of the defective that are found where at most this share of the good ones is called defective.
 * @param falseAlarms in [0, 1]
 * @returns in [0, 1]; null when a class is missing
 * @throws RangeError as {@link operatingPoint}
 */
export function recallAtFalseAlarms(
  falseAlarms: number,
  scores: readonly number[],
  labels: readonly Label[],
): number | null {
  return operatingPoint(scores, labels, { falseAlarms })?.truePositiveRate ?? null;
}

/**
 * Share of the good ones that are called defective where at least this share of the defective is found.
 * @param recall in [0, 1]
 * @returns in [0, 1]; null when a class is missing
 * @throws RangeError as {@link operatingPoint}
 */
export function falseAlarmsAtRecall(
  recall: number,
  scores: readonly number[],
  labels: readonly Label[],
): number | null {
  return operatingPoint(scores, labels, { misses: 1 - recall })?.falsePositiveRate ?? null;
}

function chosen(points: readonly RocPoint[], rule: OperatingRule, labels: readonly Label[]): RocPoint {
  if ('falseAlarms' in rule) {
    checkShare('falseAlarms', rule.falseAlarms);
    return least(points, ({ falsePositiveRate, truePositiveRate }) =>
      falsePositiveRate <= rule.falseAlarms + slack ? -truePositiveRate : Infinity,
    );
  }
  if ('misses' in rule) {
    checkShare('misses', rule.misses);
    return least(points, ({ falsePositiveRate, truePositiveRate }) =>
      1 - truePositiveRate <= rule.misses + slack ? falsePositiveRate : Infinity,
    );
  }
  const { cost, prevalence = labels.filter((label) => label === 1).length / labels.length } = rule;
  checkShare('prevalence', prevalence);
  if (!(cost.falseAlarm >= 0 && cost.miss >= 0)) throw new RangeError('Costs are at least zero.');
  return least(
    points,
    ({ falsePositiveRate, truePositiveRate }) =>
      cost.falseAlarm * (1 - prevalence) * falsePositiveRate + cost.miss * prevalence * (1 - truePositiveRate),
  );
}

/** 1 − 0.9 is a little more than 0.1. */
const slack = 1e-12;

/** Of equal ones the one with the highest threshold: fewer alarms at the same worth. */
function least(points: readonly RocPoint[], worth: (point: RocPoint) => number): RocPoint {
  return points.reduce((best, point) => (worth(point) < worth(best) ? point : best));
}

function between(low: number, high: number): number {
  if (!Number.isFinite(high)) return high;
  if (!Number.isFinite(low)) return low;
  // Their difference may be too large for a number.
  const middle = low / 2 + high / 2;
  return middle > low ? middle : high;
}

function checkShare(name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw new RangeError(`${name} is ${String(value)}, but must be in [0, 1].`);
}
