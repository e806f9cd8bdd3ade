/** The woven tape on both sides of the coil: columns of staggered stitches, shaded by their height. */
import type { RandomStream } from '@foveate/contracts';
import { coilHalfWidth, profile, type Profile } from './geometry.js';
import { smoothNoise, smoothstep, unit } from './_noise.js';

// Bound once: used for every point painted, and a look-up of a global is slow in some realms (Jest has one).
const { abs, ceil, exp, floor, max, min } = Math;

const halfExtent = 256;
const binsPerUnit = 4;

/** A woven tape. */
export interface Cloth {
  /** Distance of the tape's borders from the middle, along the zipper; both positive. */
  readonly borders: { readonly left: Profile; readonly right: Profile };
  /** Grey level of a thread's crown. */
  readonly grey: number;
  /** Per bin across: which column of stitches, and the column's height profile in [0, 1] with its shade near coil. */
  readonly column: Uint8Array;
  readonly crown: Float32Array;
  readonly shade: Float32Array;
  /** Per column: first stitch's offset and stitches per unit. */
  readonly offset: Float32Array;
  readonly rate: Float32Array;
  readonly texture: number;
}

/** Draws a tape. Threads are narrower beside the coil, where the weave is tight. */
export function weave(random: RandomStream, texture: number): Cloth {
  const bins = 2 * halfExtent * binsPerUnit;
  const column = new Uint8Array(bins);
  const crown = new Float32Array(bins);
  const shade = new Float32Array(bins);
  const offset: number[] = [];
  const rate: number[] = [];
  const width = random.uniform(6.2, 7.6);
  const length = random.uniform(10, 14);
  for (let start = -halfExtent; start < halfExtent;) {
    const toCoil = abs(start) - coilHalfWidth;
    const tight = 0.75 + 0.25 * smoothstep(5, 45, toCoil);
    const end = start + width * tight * random.uniform(0.8, 1.2);
    for (let bin = ceil((start + halfExtent) * binsPerUnit); bin < bins; bin++) {
      const x = bin / binsPerUnit - halfExtent;
      if (x >= end) break;
      const across = (2 * (x - start)) / (end - start) - 1;
      column[bin] = offset.length;
      crown[bin] = 1 - across * across * across * across;
      shade[bin] = 1 - 0.38 * exp(-max(0, abs(x) - coilHalfWidth) / 14);
    }
    offset.push(random.uniform(0, 40));
    rate.push(1 / (length * tight * random.uniform(0.85, 1.15)));
    start = end;
  }
  const [left, right] = [random.uniform(178, 188), random.uniform(178, 188)];
  const border = (middle: number, seed: number) =>
    profile((y) => middle + 5 * (smoothNoise(y / 70, 0, seed) - 0.5) + 3.2 * (smoothNoise(y / 7, 9, seed) - 0.5));
  return {
    borders: { left: border(left, texture ^ 0x51), right: border(right, texture ^ 0xa3) },
    grey: random.uniform(64, 78),
    column,
    crown,
    shade,
    offset: Float32Array.from(offset),
    rate: Float32Array.from(rate),
    texture,
  };
}

/**
 * Grey level of the tape at a point.
 * @param detail 1 = every thread; 0 = flat, for images too small to resolve threads without moiré
 */
export function shadeCloth(cloth: Cloth, x: number, y: number, detail: number): number {
  const bin = max(0, min(cloth.column.length - 1, floor((x + halfExtent) * binsPerUnit)));
  const column = cloth.column[bin] as number;
  const position = (y + 600 + (cloth.offset[column] as number)) * (cloth.rate[column] as number);
  const stitch = floor(position);
  const along = 2 * (position - stitch) - 1;
  const height = (cloth.crown[bin] as number) * (1 - along * along * along * along);
  const thread = 0.5 + 0.46 * height - 0.08 * along + 0.22 * (unit(column, stitch, cloth.texture) - 0.5);
  const mottle = 0.9 + 0.2 * smoothNoise(x / 34, y / 34, cloth.texture);
  return cloth.grey * (cloth.shade[bin] as number) * mottle * (0.76 + (thread - 0.76) * detail);
}
