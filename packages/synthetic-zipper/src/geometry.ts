/**
 * Measures of the zipper. Zipper coordinates: x across (0 = middle of the coil), y along (downwards); one unit is
 * 1/512 of the image width at scale 1.
 */

// Bound once: used for every point painted, and a look-up of a global is slow in some realms (Jest has one).
const { floor, max, min } = Math;

/** Image width and height in units. */
export const imageExtent = 512;

/** Half width of the closed coil. */
export const coilHalfWidth = 40;

/** Half width of the area of interest: the coil with a margin that also holds a coil forced open. */
export const aoiHalfWidth = 54;

/** Distance of neighbouring teeth of one strand. */
export const pitch = 22;

/** Cloth defects stay between these distances from the middle: outside the area of interest, inside the tape. */
export const clothInterior = { near: 60, far: 170 } as const;

/** Profiles along the zipper are sampled once per unit for |y| < this. */
export const alongExtent = 512;

/** A quantity that changes along the zipper only, one value per unit of y. */
export type Profile = Float32Array;

/** Builds a profile from a function of y. */
export function profile(value: (y: number) => number): Profile {
  return Float32Array.from({ length: 2 * alongExtent + 2 }, (_, index) => value(index - alongExtent));
}

/** A profile's value at y, linear between samples. */
export function at(table: Profile, y: number): number {
  const position = min(2 * alongExtent, max(0, y + alongExtent));
  const index = floor(position);
  const low = table[index] as number;
  return low + ((table[index + 1] as number) - low) * (position - index);
}

/** How the zipper lies in the image. */
export interface Pose {
  /** Image position of the zipper's origin, in units. */
  readonly centreX: number;
  readonly centreY: number;
  /** Clockwise, radians. */
  readonly angle: number;
  readonly scale: number;
  /** Sideways displacement along the zipper. */
  readonly bend: Profile;
}
