import type { Label } from '@foveate/contracts';
import { checkScores } from './_check.js';

/** How often each label met each verdict; class 1 (defective) is the positive one. */
export interface Confusion {
  /** Good, called good. */
  readonly tn: number;
  /** Good, called defective: a false alarm. */
  readonly fp: number;
  /** Defective, called good: a miss. */
  readonly fn: number;
  /** Defective, called defective. */
  readonly tp: number;
}

/**
 * Counts verdicts; a score of at least `threshold` is called positive.
 * @throws RangeError for lists of different length, NaN scores or labels other than 0 and 1
 */
export function confusion(scores: readonly number[], labels: readonly Label[], threshold = 0.5): Confusion {
  checkScores(scores, labels);
  const counts = { tn: 0, fp: 0, fn: 0, tp: 0 };
  for (const [i, score] of scores.entries()) {
    const positive = score >= threshold;
    if (labels[i] === 1) counts[positive ? 'tp' : 'fn']++;
    else counts[positive ? 'fp' : 'tn']++;
  }
  return counts;
}
