/** Two runs on the same test images. */
import {
  delongTest,
  mcnemarExact,
  pairedDifferenceInterval,
  type DelongTest,
  type Interval,
  type PairedCounts,
} from '@foveate/statistics';
import type { NamedRun } from './identity.js';
import { isRight, testPredictions } from './summary.js';

/** What can be said of the difference between two runs. */
export interface Comparison {
  readonly n: number;
  /** Images of the rarer class. */
  readonly rarer: number;
  readonly counts: PairedCounts;
  readonly accuracyDifference: number;
  readonly accuracyInterval: Interval;
  /** Exact McNemar, two-sided. */
  readonly accuracyP: number;
  /** Null with one class. */
  readonly auroc: DelongTest | null;
}

/** A run and the score from which it calls images defective. */
type JudgedRun = Pick<NamedRun, 'run' | 'threshold'>;

/**
 * Compares run `b` with run `a` image by image.
 * @returns the comparison, or one sentence that says why the runs cannot be paired
 */
export function compare(a: JudgedRun, b: JudgedRun): Comparison | string {
  const first = testPredictions(a.run);
  const second = new Map(testPredictions(b.run).map((prediction) => [prediction.id, prediction]));
  if (first.length === 0 || second.size === 0) return 'Not both runs have been measured on a test set.';
  const pairs = first.flatMap((prediction) => {
    const other = second.get(prediction.id);
    return other === undefined ? [] : [[prediction, other] as const];
  });
  if (pairs.length !== first.length || pairs.length !== second.size) {
    return 'The runs were tested on different images, so their figures cannot be compared image by image.';
  }
  if (pairs.some(([x, y]) => x.label !== y.label)) {
    return 'The runs label some test images differently, so their figures cannot be compared image by image.';
  }
  const tally = { bothRight: 0, onlyFirstRight: 0, onlySecondRight: 0, bothWrong: 0 };
  for (const [x, y] of pairs) {
    const [right, alsoRight] = [isRight(x, a.threshold), isRight(y, b.threshold)];
    if (right) tally[alsoRight ? 'bothRight' : 'onlyFirstRight']++;
    else tally[alsoRight ? 'onlySecondRight' : 'bothWrong']++;
  }
  const n = pairs.length;
  const labels = pairs.map(([x]) => x.label);
  const defective = labels.filter((label) => label === 1).length;
  return {
    n,
    rarer: Math.min(defective, n - defective),
    counts: tally,
    accuracyDifference: (tally.onlySecondRight - tally.onlyFirstRight) / n,
    accuracyInterval: pairedDifferenceInterval(tally),
    accuracyP: mcnemarExact(tally.onlyFirstRight, tally.onlySecondRight),
    auroc: delongTest(
      pairs.map(([x]) => x.score),
      pairs.map(([, y]) => y.score),
      labels,
    ),
  };
}
