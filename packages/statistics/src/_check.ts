import type { Label } from '@foveate/contracts';

/**
 * Refuses what no statistic can be computed from: lists of different length, labels other than 0 and 1, NaN scores.
 * Infinite scores are fine, only their order counts.
 * @throws RangeError
 */
export function checkScores(scores: readonly number[], labels: readonly Label[]): void {
  if (scores.length !== labels.length) {
    throw new RangeError(`There are ${scores.length} scores but ${labels.length} labels.`);
  }
  for (const [i, score] of scores.entries()) {
    // Numbers alone have an order.
    if (typeof score !== 'number' || Number.isNaN(score)) throw new RangeError(`Score ${i} is not a number.`);
    const label: number | undefined = labels[i];
    if (label !== 0 && label !== 1) throw new RangeError(`Label ${i} is ${label}, but must be 0 or 1.`);
  }
}

/** @throws RangeError when a value is not a whole number of at least zero */
export function checkCounts(counts: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${name} is ${value}, but must be a count.`);
  }
}
