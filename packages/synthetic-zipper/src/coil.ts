/** The coil: two strands of interlocking teeth, held down by a chain of sewing thread. */
import type { RandomStream } from '@foveate/contracts';
import { alongExtent, coilHalfWidth, pitch } from './geometry.js';
import { smoothNoise } from './_noise.js';

// Bound once: used for every point painted, and a look-up of a global is slow in some realms (Jest has one).
const { abs, ceil, max, min, round, sqrt } = Math;

/** One tooth of a strand. Distances `across` count from the middle outwards, in units. */
export interface Tooth {
  /** Position along the zipper. */
  y: number;
  /** How much lower the inner end lies, per unit across. */
  tilt: number;
  /** Half thickness of the bar. */
  thickness: number;
  /** Brightness of the highlight, 1 = usual. */
  gloss: number;
  /** The tooth is missing where `across` is below this; the usual tip lies at {@link tip}. */
  cut: number;
  /** Roughness of the surface, 0 = smooth. */
  roughness: number;
}

/** Where a whole tooth begins: beyond the middle, between two teeth of the other strand. */
const tip = -8;

/** Where the sewing thread covers the teeth. */
const thread = { from: 17, to: 27 } as const;

const valley = 27;
const threadGrey = 62;

/** Draws an undamaged strand; `phase` is its shift along the zipper in pitches. */
export function straightStrand(random: RandomStream, phase: number): Tooth[] {
  const count = ceil((2 * alongExtent) / pitch);
  const tilt = (phase === 0 ? 0.16 : 0.03) + random.uniform(-0.03, 0.03);
  return Array.from({ length: count }, (_, index) => ({
    y: (index + phase) * pitch - alongExtent + random.uniform(-0.7, 0.7),
    tilt: tilt + random.uniform(-0.02, 0.02),
    thickness: random.uniform(3.5, 4.3),
    gloss: random.uniform(0.75, 1.2),
    cut: tip,
    roughness: 0,
  }));
}

/** A strand with a table that finds the tooth nearest to a position. */
export interface IndexedStrand {
  readonly teeth: readonly Tooth[];
  readonly nearest: Uint16Array;
}

/** Sorts a strand and indexes it. */
export function indexStrand(strand: readonly Tooth[]): IndexedStrand {
  const teeth = [...strand].sort((a, b) => a.y - b.y);
  const nearest = new Uint16Array(2 * alongExtent);
  let index = 0;
  for (let i = 0; i < nearest.length; i++) {
    const y = i - alongExtent;
    while (index + 1 < teeth.length && abs((teeth[index + 1] as Tooth).y - y) < abs((teeth[index] as Tooth).y - y))
      index++;
    nearest[i] = index;
  }
  return { teeth, nearest };
}

/**
 * Grey level of one strand at a point, or 0 where the strand leaves the ground visible.
 * @param across distance from the middle outwards, negative beyond the middle
 */
export function shadeStrand(strand: IndexedStrand, across: number, y: number, texture: number): number {
  if (across > coilHalfWidth || across < tip - 2) return 0;
  const bin = max(0, min(strand.nearest.length - 1, round(y) + alongExtent));
  const middle = strand.nearest[bin] as number;
  let top = 0;
  let grey = 0;
  for (let index = middle - 1; index <= middle + 2; index++) {
    const tooth = strand.teeth[index];
    if (tooth === undefined || across < tooth.cut) continue;
    let line = tooth.y + tooth.tilt * (thread.from - across);
    let half = tooth.thickness;
    if (across > thread.to) {
      // The loop climbs round the cord at the outside.
      const t = (across - thread.to) / (coilHalfWidth - thread.to);
      line -= 13 * t * t;
      half *= sqrt(1 + 2.5 * t * t) * (1 - 0.3 * t);
    }
    if (tooth.roughness > 0) half *= 1 + tooth.roughness * (smoothNoise(across / 3, y / 3, texture) - 0.5);
    const d = (y - line) / half;
    const end = across < tooth.cut + half ? (tooth.cut + half - across) / half : 0;
    const height = 1 - d * d - end * end;
    if (height > top) {
      top = height;
      const covered = across > thread.from && across < thread.to;
      const highlight = max(0, 1 - ((d + 0.2) * (d + 0.2)) / 0.36);
      grey = covered
        ? threadGrey * (0.75 + 0.35 * height)
        : 50 + 30 * height + 58 * highlight * tooth.gloss * (across < 12 || across > 30 ? 1 : 0.6);
      if (tooth.cut > tip && across < tooth.cut + 5) grey = 130 + 120 * smoothNoise(across / 2, y / 2, texture);
    }
  }
  if (top > 0) return grey;
  // Between the teeth the thread shows as two thin lines with a hole in between.
  const fromThread = abs(across - (thread.from + thread.to) / 2);
  return fromThread > 4 && fromThread < 6.2 ? threadGrey * 0.85 : 0;
}

/** Grey level of the ground between the teeth at a distance from the middle. */
export function shadeValley(across: number): number {
  return valley + 8 * max(0, 1 - abs(across) / 10);
}
