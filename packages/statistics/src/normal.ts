/** The standard normal distribution to about 14 digits, from its series and its continued fraction. */

const seriesLimit = 2.5;
// At z = 2.5 the fraction has converged to the last bit long before this depth, and faster above.
const fractionDepth = 200;

function density(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

/**
 * Probability that a standard normal variable exceeds `z`, with small relative error also far in the tail.
 *
 * Abramowitz and Stegun, Handbook of Mathematical Functions: series 26.2.11 near zero, Laplace's continued fraction
 * 26.2.14 above.
 */
export function normalUpperTail(z: number): number {
  if (z < 0) return 1 - normalUpperTail(-z);
  if (z < seriesLimit) {
    let term = z;
    let sum = z;
    for (let odd = 3; term > sum * 1e-17; odd += 2) {
      term *= (z * z) / odd;
      sum += term;
    }
    return 0.5 - density(z) * sum;
  }
  let tail = 0;
  for (let k = fractionDepth; k >= 1; k--) tail = k / (z + tail);
  return density(z) / (z + tail);
}

/**
 * The value that a standard normal variable stays below with probability `p`.
 * @param p in (0, 1)
 * @throws RangeError for any other `p`
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`A probability between 0 and 1 is needed, not ${p}.`);
  if (p === 0.5) return 0;
  const tail = Math.min(p, 1 - p);
  // Newton on the logarithm of the tail, which is concave; the start is Chernoff's bound, never below the solution.
  let z = Math.sqrt(-2 * Math.log(2 * tail));
  for (let iteration = 0; iteration < 50; iteration++) {
    const upper = normalUpperTail(z);
    const step = (Math.log(upper / tail) * upper) / density(z);
    z += step;
    if (Math.abs(step) <= 1e-15 * Math.abs(z)) break;
  }
  return p < 0.5 ? -z : z;
}

/**
 * The half-width in standard errors of a two-sided interval, 1.96 for 0.95.
 * @param level confidence level in (0, 1)
 * @throws RangeError for any other level
 */
export function criticalValue(level: number): number {
  if (!(level > 0 && level < 1)) throw new RangeError(`A confidence level between 0 and 1 is needed, not ${level}.`);
  return -normalQuantile((1 - level) / 2);
}
