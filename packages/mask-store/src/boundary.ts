/** How well two masks agree on where things end. */
import type { Mask } from '@foveate/contracts';
import { distanceTo, emptyMask, intersectionArea, maskArea } from '@foveate/image';

/**
 * Pixels inside that have a neighbour outside, of four; beyond the edge of the image all is outside. So any mask that is not
 * empty has a boundary, and a single pixel is its own.
 */
export function boundaryOf({ width, height, data }: Mask): Mask {
  const boundary = emptyMask(width, height);
  for (let y = 0, pixel = 0; y < height; y++) {
    for (let x = 0; x < width; x++, pixel++) {
      if (data[pixel] === 0) continue;
      const isEdge = x === 0 || y === 0 || x === width - 1 || y === height - 1;
      const isEnclosed =
        !isEdge &&
        data[pixel - 1] !== 0 &&
        data[pixel + 1] !== 0 &&
        data[pixel - width] !== 0 &&
        data[pixel + width] !== 0;
      if (!isEnclosed) boundary.data[pixel] = 255;
    }
  }
  return boundary;
}

/** Each in [0, 1]. */
export interface BoundaryScore {
  /** Share of the first mask's boundary that lies near the second's. */
  readonly precision: number;
  /** Share of the second mask's boundary that lies near the first's. */
  readonly recall: number;
  /** Their harmonic mean, 0 where both are 0. */
  readonly f: number;
}

/**
 * Boundary F-score (Csurka et al. 2013): boundaries agree where one is no further from the other than the tolerance. Two
 * empty masks agree, all 1; where one is empty all are 0.
 * @param tolerance in pixels, 0 or more; distances are those of `distanceTo` of `@foveate/image`: steps along rows, columns
 * and diagonals, at most 8% too long
 * @throws FoveateError `DATA_INVALID` (reason `mask-size`) when their sizes differ; RangeError for a negative tolerance
 */
export function boundaryScore(a: Mask, b: Mask, tolerance: number): BoundaryScore {
  if (!(tolerance >= 0)) throw new RangeError(`Tolerance of ${String(tolerance)} pixels`);
  const [ofA, ofB] = [boundaryOf(a), boundaryOf(b)];
  intersectionArea(ofA, ofB); // Refuses other sizes.
  const [areaA, areaB] = [maskArea(ofA), maskArea(ofB)];
  if (areaA === 0 && areaB === 0) return { precision: 1, recall: 1, f: 1 };
  if (areaA === 0 || areaB === 0) return { precision: 0, recall: 0, f: 0 };
  const precision = shareNear(ofA, ofB, tolerance, areaA);
  const recall = shareNear(ofB, ofA, tolerance, areaB);
  const f = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { precision, recall, f };
}

function shareNear({ data }: Mask, other: Mask, tolerance: number, area: number): number {
  const distances = distanceTo(other);
  // √2 is kept as a 32-bit number, a little less or more than it is.
  const most = tolerance + 1e-4;
  let near = 0;
  for (let pixel = 0; pixel < data.length; pixel++) {
    if (data[pixel] !== 0 && (distances[pixel] ?? Infinity) <= most) near++;
  }
  return near / area;
}
