/** One value seen at one place. */
export interface Observation {
  readonly x: number;
  readonly y: number;
  /** How much it counts; default 1. */
  readonly weight?: number;
}

/** A point of a function that is linear between such points. */
export type Knot = readonly [x: number, y: number];

/**
 * The rising function nearest to the observations by squares (isotonic regression by pooling adjacent violators, Ayer et al.
 * 1955), joined linearly between the means of the pools.
 * @returns knots, x strictly rising and y not falling, each y within the range of the observed ones; none for no observations
 * @throws RangeError for a value that is no finite number, or a weight that is not above 0
 */
export function isotonicFit(observations: readonly Observation[]): readonly Knot[] {
  for (const { x, y, weight = 1 } of observations) {
    if (!Number.isFinite(x) || !Number.isFinite(y) || !(weight > 0 && weight < Infinity)) {
      throw new RangeError(`Observation (${x}, ${y}) of weight ${weight} cannot be fitted.`);
    }
  }
  const pools: { x: number; y: number; weight: number; first: number; last: number }[] = [];
  for (const { x, y, weight = 1 } of [...observations].sort((a, b) => a.x - b.x)) {
    pools.push({ x, y, weight, first: x, last: x });
    for (;;) {
      const [left, right] = pools.slice(-2);
      // Equal places share a pool, so that the function has one value there.
      if (left === undefined || right === undefined || (left.y < right.y && left.last < right.first)) break;
      const sum = left.weight + right.weight;
      const mean = (of: 'x' | 'y'): number => (left[of] * left.weight + right[of] * right.weight) / sum;
      pools.splice(-2, 2, { x: mean('x'), y: mean('y'), weight: sum, first: left.first, last: right.last });
    }
  }
  return pools.map(({ x, y }) => [x, y]);
}

/**
 * The value at `x` of the function through the knots; outside of them that of the nearest.
 * @param knots x strictly rising, at least one
 * @throws RangeError without knots, or for NaN
 */
export function interpolated(knots: readonly Knot[], x: number): number {
  if (Number.isNaN(x)) throw new RangeError('There is no value at NaN.');
  const index = knots.findIndex(([at]) => at >= x);
  const after = knots[index] ?? knots.at(-1);
  if (after === undefined) throw new RangeError('There is no knot to interpolate between.');
  const before = index > 0 ? knots[index - 1] : undefined;
  if (before === undefined) return after[1];
  const share = (x - before[0]) / (after[0] - before[0]);
  return before[1] + share * (after[1] - before[1]);
}
