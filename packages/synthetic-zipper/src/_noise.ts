/**
 * Texture noise: values that depend on a place and a texture seed, so that any pixel can be shaded on its own. The
 * texture seed itself is drawn from the sample's random stream.
 */

// Bound once: used for every point painted, and a look-up of a global is slow in some realms (Jest has one).
const { floor, imul, max, min } = Math;

/** A well-mixed unsigned 32-bit integer of two integer coordinates and a seed (xor-multiply-shift finaliser). */
function hash(a: number, b: number, seed: number): number {
  let h = imul(a, 0x27d4eb2d) ^ imul(b, 0x165667b1) ^ seed;
  h = imul(h ^ (h >>> 15), 0x85ebca6b);
  h = imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** {@link hash} as a number in [0, 1). */
export function unit(a: number, b: number, seed: number): number {
  return hash(a, b, seed) / 4294967296;
}

/** Nearly normal noise of mean 0 and standard deviation 1, in [-3.5, 3.5]: four bytes of one hash, summed. */
export function grain(a: number, b: number, seed: number): number {
  const h = hash(a, b, seed);
  return ((h & 255) + ((h >>> 8) & 255) + ((h >>> 16) & 255) + (h >>> 24) - 510) / 147.8;
}

/** 0 at and below `low`, 1 at and above `high`, smooth between. */
export function smoothstep(low: number, high: number, x: number): number {
  const t = min(1, max(0, (x - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

/** Smooth noise in [0, 1) with features of size 1: bilinear between hashed lattice points, eased. */
export function smoothNoise(x: number, y: number, seed: number): number {
  const column = floor(x);
  const row = floor(y);
  const fx = x - column;
  const fy = y - row;
  const u = fx * fx * (3 - 2 * fx);
  const v = fy * fy * (3 - 2 * fy);
  const top = unit(column, row, seed) * (1 - u) + unit(column + 1, row, seed) * u;
  const bottom = unit(column, row + 1, seed) * (1 - u) + unit(column + 1, row + 1, seed) * u;
  return top * (1 - v) + bottom * v;
}
