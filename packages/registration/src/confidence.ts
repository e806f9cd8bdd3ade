/** Difference of Fisher's z at which a confidence is one half; see the README for what it separates. */
const half = 0.2;

/** Correlations above differ by noise alone. */
const certain = 0.95;

/**
 * How sure it is that the best fit is the right one: one half to the power of how far it stands above the best fit in another
 * place, in units of Fisher's z (the inverse hyperbolic tangent of a correlation), taken from 1. What is unlike fits equally
 * badly in many places, and a pattern that repeats itself equally well.
 * @param correlation of the best fit
 * @param rival correlation of the best fit elsewhere
 * @returns in [0, 1]
 */
export function confidenceOf(correlation: number, rival: number): number {
  return 1 - 2 ** (-Math.max(0, fisher(correlation) - fisher(rival)) / half);
}

function fisher(correlation: number): number {
  return Math.atanh(Math.min(certain, Math.max(0, correlation)));
}
