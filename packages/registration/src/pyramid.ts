import type { Raster } from '@foveate/contracts';
import { normalised } from './normalise.js';
import { greyOf, halved, shrunk, smoothed, type Plane } from './plane.js';
import type { Size } from './similarity.js';

/** The image at one resolution, locally normalised. */
export interface Level {
  /** Pixels of the image for one of this level. */
  readonly factor: number;
  readonly plane: Plane;
}

/** The image at several resolutions, finest first. */
export interface Pyramid {
  readonly levels: readonly Level[];
  /** Plane of the last level. */
  readonly coarsest: Plane;
  /** Standard deviation about local means at the finest level, in grey levels. */
  readonly contrast: number;
}

/** Pixels of the finest level at most: what is finer adds less than a tenth of a pixel and takes four times the time. */
const finest = 2 ** 17;
/** Pixels of the coarsest level, about. */
const coarsest = 60 ** 2;

/** Pixels of the shorter side of the coarsest level at least. */
const leastSide = 12;

/** Factors of the levels at which images of about that size are looked at, finest first. */
export function factorsFor({ width, height }: Size): readonly number[] {
  const factors: number[] = [];
  const pixels = width * height;
  const last = Math.max(1, Math.min(Math.sqrt(pixels / coarsest), Math.min(width, height) / leastSide));
  for (let factor = 1; factor <= last; factor *= 2) if (pixels / factor ** 2 <= finest) factors.push(factor);
  // A level takes time, so that another for a little is none.
  if (last > 1.12 * (factors.at(-1) ?? 0)) factors.push(last);
  return factors;
}

/** The levels of an image with those factors, of which all but the last are powers of two; one at least. */
export function pyramidOf(image: Raster, factors: readonly number[]): Pyramid {
  let at = 1;
  let grey = greyOf(image);
  // Halving smooths too.
  if (factors[0] === 1) grey = smoothed(grey);
  let contrast: number | undefined;
  const levels = factors.map((factor): Level => {
    for (; 2 * at <= factor; at *= 2) grey = halved(grey);
    const { plane, contrast: found } = normalised(at === factor ? grey : shrunk(smoothed(grey), factor / at));
    contrast ??= found;
    return { factor, plane };
  });
  return { levels, coarsest: (levels.at(-1) as Level).plane, contrast: contrast ?? 0 };
}
