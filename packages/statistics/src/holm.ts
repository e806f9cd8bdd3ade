/**
 * p-values of several comparisons, adjusted so that the chance of a single false finding among all of them stays below the level.
 * Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979) 65-70: as safe as
 * Bonferroni's and never weaker, whatever depends on what.
 * @returns in the order given, each at least what it was, at most 1
 * @throws RangeError for a number that is no probability
 */
export function holm(pValues: readonly number[]): readonly number[] {
  const wrong = pValues.findIndex((p) => typeof p !== 'number' || !(p >= 0 && p <= 1));
  if (wrong !== -1) throw new RangeError(`${String(pValues[wrong])} is no p-value.`);
  const order = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const adjusted = new Array<number>(pValues.length);
  let before = 0;
  for (const [rank, { p, index }] of order.entries()) {
    before = Math.max(before, Math.min(1, (pValues.length - rank) * p));
    adjusted[index] = before;
  }
  return adjusted;
}
