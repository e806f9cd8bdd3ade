/** Spearman, "The proof and measurement of association between two things", American Journal of Psychology 15 (1904) 72-101. */

/**
 * Spearman's rank correlation, ties with their mean rank.
 * @returns in [-1, 1]; null where one of the lists is all the same, or has fewer than two values
 * @throws RangeError for lists of different length or a value that is not finite
 */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  if (a.length !== b.length)
    throw new RangeError(`There are ${String(a.length)} values but ${String(b.length)} to compare them with.`);
  const [x, y] = [ranks(a), ranks(b)];
  // The mean of ranks from 1 to n, with ties too.
  const mean = (a.length + 1) / 2;
  let [both, ofX, ofY] = [0, 0, 0];
  for (const [index, rank] of x.entries()) {
    const [dx, dy] = [rank - mean, (y[index] as number) - mean];
    both += dx * dy;
    ofX += dx * dx;
    ofY += dy * dy;
  }
  return ofX === 0 || ofY === 0 ? null : both / Math.sqrt(ofX * ofY);
}

function ranks(values: ArrayLike<number>): Float64Array {
  const list = Float64Array.from(values);
  if (!list.every(Number.isFinite)) throw new RangeError('A value is not finite.');
  const order = Uint32Array.from(list.keys()).sort((i, j) => (list[i] as number) - (list[j] as number));
  const found = new Float64Array(list.length);
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end < order.length && list[order[end] as number] === list[order[start] as number]) end++;
    for (const index of order.subarray(start, end)) found[index] = (start + 1 + end) / 2;
    start = end;
  }
  return found;
}
