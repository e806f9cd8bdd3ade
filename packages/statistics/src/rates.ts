/** What the four counts of a confusion say, each null where it would be a division by zero. */
import { checkCounts } from './_check.js';
import type { Confusion } from './confusion.js';

/** Rates in [0, 1], but for `mcc` in [−1, 1]; null where there is nothing to divide by. */
export interface Rates {
  /** Share of the defective that are found (sensitivity), tp / (tp + fn). */
  readonly recall: number | null;
  /** Share of the good that are let pass, tn / (tn + fp). */
  readonly specificity: number | null;
  /** Share of the alarms that are right, tp / (tp + fp). */
  readonly precision: number | null;
  /** Mean of recall and specificity: 0.5 is chance, whatever the shares of the classes. */
  readonly balancedAccuracy: number | null;
  /** Harmonic mean of precision and recall, 2 tp / (2 tp + fp + fn). */
  readonly f1: number | null;
  /**
   * Matthews' correlation of label and verdict; 0 when all images get one verdict. (Matthews, Biochimica et Biophysica Acta
   * 405 (1975) 442-451.)
   */
  readonly mcc: number | null;
}

/** @throws RangeError when a count is not a whole number of at least zero */
export function rates({ tn, fp, fn, tp }: Confusion): Rates {
  checkCounts({ tn, fp, fn, tp });
  const recall = share(tp, tp + fn);
  const specificity = share(tn, tn + fp);
  return {
    recall,
    specificity,
    precision: share(tp, tp + fp),
    balancedAccuracy: recall === null || specificity === null ? null : (recall + specificity) / 2,
    f1: share(2 * tp, 2 * tp + fp + fn),
    mcc: recall === null || specificity === null ? null : matthews({ tn, fp, fn, tp }),
  };
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function matthews({ tn, fp, fn, tp }: Confusion): number {
  if (tp + fp === 0 || tn + fn === 0) return 0;
  // Root by root: the product of four counts of millions is no longer a whole number.
  const scale = Math.sqrt(tp + fp) * Math.sqrt(tp + fn) * Math.sqrt(tn + fp) * Math.sqrt(tn + fn);
  return (tp * tn - fp * fn) / scale;
}
