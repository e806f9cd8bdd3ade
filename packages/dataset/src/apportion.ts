/**
 * Divides a whole number in proportion to weights by the largest remainder. Equal remainders go to the smaller part,
 * and no part of positive weight stays empty while there are enough to go round.
 * @param total whole number >= 0
 * @param weights >= 0, not all 0 unless `total` is 0
 * @returns whole numbers, one per weight, that sum to `total`
 */
export function apportion(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  if (total === 0 || sum === 0) return weights.map(() => 0);
  const exact = weights.map((weight) => (total * weight) / sum);
  // 0.7 * 10 / (0.7 + 0.2 + 0.1) may come out a hair below 7.
  const parts = exact.map((value) => Math.floor(value + 1e-9));
  const remainder = (index: number): number => Number(((exact[index] ?? 0) - (parts[index] ?? 0)).toFixed(9));
  const order = weights
    .map((_, index) => ({ index, remainder: remainder(index), part: parts[index] ?? 0 }))
    .filter(({ index }) => (weights[index] ?? 0) > 0)
    .sort((a, b) => b.remainder - a.remainder || a.part - b.part || a.index - b.index);
  const left = total - parts.reduce((a, b) => a + b, 0);
  for (const { index } of order.slice(0, left)) parts[index] = (parts[index] ?? 0) + 1;

  if (total >= order.length) {
    for (const { index } of order) {
      if ((parts[index] ?? 0) > 0) continue;
      const largest = parts.indexOf(Math.max(...parts));
      parts[largest] = (parts[largest] ?? 0) - 1;
      parts[index] = 1;
    }
  }
  return parts;
}
