/**
 * The start of registration: the reference, turned and scaled in all ways asked for, is correlated with the image at all
 * shifts, by way of their spectra.
 */
import { Fourier, powerOfTwo } from './fourier.js';
import type { Plane } from './plane.js';
import { apart, inverted, similarityOf, type Similarity, type Size } from './similarity.js';

// Bound once: a look-up of a global for every pixel is slow in some realms (Jest has one).
const { floor, max, min, sqrt, hypot, abs } = Math;

/** How far to look. */
export interface SearchRange {
  /** Degrees to either side. */
  readonly angle: number;
  /** Share that the scale may be larger, or its inverse. */
  readonly scale: number;
}

/** A transform and how well it fits. */
export interface Candidate {
  readonly similarity: Similarity;
  readonly score: number;
}

/** Steps that leave at most about one pixel of error at the edges of the coarsest level. */
const steps = { angle: 4, scale: 0.06 };
/** Peaks kept of each turned reference. */
const peaks = 2;
/** Pixels of the coarsest level between two candidates. */
const separation = 2.5;

/** A reference ready to be looked for in images of one size. */
export class CoarseSearch {
  readonly #reference: Plane;
  readonly #image: Size;
  readonly #fourier: Fourier;
  readonly #reach: readonly [x: number, y: number];
  readonly #poses: readonly Pose[];
  /** Mean square of a pixel of the reference. */
  readonly #density: number;
  /** Two turned references in each, one as the real part and one as the imaginary part. */
  readonly #spectra: readonly Float32Array[];

  /** Planes are those of the coarsest level. */
  constructor(reference: Plane, image: Size, range: SearchRange) {
    this.#reference = reference;
    this.#image = { width: image.width, height: image.height };
    const poses = posesOf(range);
    this.#reach = [floor(image.width / 2), floor(image.height / 2)];
    const extents = poses.map((pose) => extentOf(pose, reference));
    // Shifts within reach must not come round the other side.
    const side = (axis: 'width' | 'height', reach: number): number => {
      const widest = max(...extents.map((extent) => extent[axis]));
      return powerOfTwo(image[axis] / 2 + min(widest / 2, image[axis] / 2 + reach) + reach + 2);
    };
    this.#fourier = new Fourier(side('width', this.#reach[0]), side('height', this.#reach[1]));
    this.#poses = poses;
    this.#density = density(reference);
    this.#spectra = pairs(poses).map((pair) => new Float32Array(this.#fourier.forward(this.#drawn(pair))));
  }

  /** Whether it was made for images of that size. */
  fits({ width, height }: Size): boolean {
    return width === this.#image.width && height === this.#image.height;
  }

  /** The best transforms of the coarsest level, best first. */
  find(image: Plane, count: number): readonly Candidate[] {
    const fourier = this.#fourier;
    const values = fourier.plane();
    for (let y = 0; y < image.height; y++) {
      for (let x = 0; x < image.width; x++) {
        values[2 * (y * fourier.width + x)] = image.data[y * image.width + x] as number;
      }
    }
    const spectrum = fourier.forward(values);
    const product = fourier.plane();
    const surface = fourier.plane();
    const imageDensity = density(image);
    const found: Candidate[] = [];
    for (const [index, template] of this.#spectra.entries()) {
      correlate(spectrum, template, fourier, product);
      fourier.inverse(product, this.#reach[1], surface);
      for (const part of [0, 1] as const) {
        const pose = this.#poses[2 * index + part];
        if (pose !== undefined) found.push(...this.#peaks(surface, part, pose, imageDensity));
      }
    }
    found.sort((one, other) => other.score - one.score);
    return distinct(found, count, separation, this.#reference);
  }

  /** Peaks of one correlation surface. */
  #peaks(surface: Float64Array, part: 0 | 1, pose: Pose, imageDensity: number): Candidate[] {
    const { width, height } = this.#fourier;
    const [reachX, reachY] = this.#reach;
    const overlap = min(
      this.#reference.width * this.#reference.height * pose.scale ** 2,
      this.#image.width * this.#image.height,
    );
    const norm = overlap * sqrt(this.#density * imageDensity);
    const best: { x: number; y: number; score: number }[] = [];
    let least = 0;
    for (let y = -reachY; y <= reachY; y++) {
      // Shifts to the left and upwards lie at the other end.
      const row = ((y + height) % height) * width;
      for (let x = -reachX; x <= reachX; x++) {
        const score = (surface[2 * (row + ((x + width) & (width - 1))) + part] as number) / norm;
        if (score <= least) continue;
        const near = best.findIndex((other) => hypot(other.x - x, other.y - y) < separation);
        if (near >= 0 && (best[near]?.score ?? 0) >= score) continue;
        if (near >= 0) best.splice(near, 1);
        best.push({ x, y, score });
        best.sort((one, other) => other.score - one.score);
        best.length = min(best.length, peaks);
        if (best.length === peaks) least = best.at(-1)?.score ?? 0;
      }
    }
    return best.map(({ x, y, score }) => ({
      similarity: similarityOf({ ...pose, dx: x, dy: y }, this.#reference, this.#image),
      score,
    }));
  }

  /** One or two turned references as a complex plane; pixel (0, 0) of the image lies at (0, 0). */
  #drawn(pair: readonly Pose[]): Float64Array {
    const fourier = this.#fourier;
    const plane = fourier.plane();
    const { width, height, data } = this.#reference;
    const [marginX, marginY] = this.#reach;
    for (const [part, pose] of pair.entries()) {
      const { a, b, u, v } = inverted(similarityOf({ ...pose, dx: 0, dy: 0 }, this.#reference, this.#image));
      for (let y = -marginY; y < this.#image.height + marginY; y++) {
        for (let x = -marginX; x < this.#image.width + marginX; x++) {
          const fromX = a * (x + 0.5) - b * (y + 0.5) + u - 0.5;
          const fromY = b * (x + 0.5) + a * (y + 0.5) + v - 0.5;
          const [column, row] = [floor(fromX), floor(fromY)];
          if (column < 0 || row < 0 || column >= width - 1 || row >= height - 1) continue;
          const [right, down] = [fromX - column, fromY - row];
          const from = row * width + column;
          const above = (data[from] as number) * (1 - right) + (data[from + 1] as number) * right;
          const below = (data[from + width] as number) * (1 - right) + (data[from + width + 1] as number) * right;
          const [intoX, intoY] = [(x + fourier.width) % fourier.width, (y + fourier.height) % fourier.height];
          plane[2 * (intoY * fourier.width + intoX) + part] = above * (1 - down) + below * down;
        }
      }
    }
    return plane;
  }
}

interface Pose {
  readonly angle: number;
  readonly scale: number;
}

/** All ways to turn and scale. */
function posesOf({ angle, scale }: SearchRange): readonly Pose[] {
  const angles = evenly(angle, steps.angle, angle >= 180);
  const scales = evenly(Math.log(1 + scale), steps.scale, false).map(Math.exp);
  return angles.flatMap((turn) => scales.map((factor) => ({ angle: turn, scale: factor })));
}

/** Numbers from -most to most, at most `step` apart; of a full turn the last is left out. */
function evenly(most: number, step: number, isTurn: boolean): readonly number[] {
  const half = Math.ceil(most / step);
  return Array.from({ length: 2 * half + (isTurn ? 0 : 1) }, (_, index) =>
    half === 0 ? 0 : ((index - half) * most) / half,
  );
}

function extentOf({ angle, scale }: Pose, { width, height }: Size): Size {
  const [c, s] = [abs(Math.cos((angle * Math.PI) / 180)), abs(Math.sin((angle * Math.PI) / 180))];
  return { width: scale * (c * width + s * height), height: scale * (s * width + c * height) };
}

function density({ data }: Plane): number {
  let sum = 0;
  for (const value of data) sum += value * value;
  return sum / data.length;
}

function pairs<T>(list: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / 2) }, (_, index) => list.slice(2 * index, 2 * index + 2));
}

/**
 * Spectrum of the correlations of a real plane I with two real planes A and B, packed as A + iB; the results are packed in the
 * same way. It is I(k) (A*(k) + i B*(k)), and as spectra of real planes are conjugate under k -> -k, that is I(k) P(-k) with
 * P the packed spectrum.
 */
function correlate(image: Float64Array, packed: Float32Array, { width, height }: Size, into: Float64Array): void {
  for (let x = 0; x < width; x++) {
    const row = 2 * x * height;
    const mirrorRow = 2 * ((width - x) & (width - 1)) * height;
    for (let y = 0; y < height; y++) {
      const at = row + 2 * y;
      const mirror = mirrorRow + 2 * ((height - y) & (height - 1));
      const re = packed[mirror] as number;
      const im = packed[mirror + 1] as number;
      const imageRe = image[at] as number;
      const imageIm = image[at + 1] as number;
      into[at] = imageRe * re - imageIm * im;
      into[at + 1] = imageRe * im + imageIm * re;
    }
  }
}

/** The first `count` candidates that are that far apart from all before them. */
export function distinct<C extends Candidate>(
  candidates: readonly C[],
  count: number,
  distance: number,
  reference: Size,
): readonly C[] {
  const kept: C[] = [];
  for (const candidate of candidates) {
    if (kept.length === count) break;
    if (kept.every((other) => apart(other.similarity, candidate.similarity, reference) >= distance)) {
      kept.push(candidate);
    }
  }
  return kept;
}
