/** Arithmetic of homographies. */
import type { Point } from './polygon.js';
import type { Homography } from './warp.js';

/** The product: first `second` is applied to a point, then `first`. */
export function multiply(first: Homography, second: Homography): Homography {
  const entry = (row: number, column: number): number =>
    [0, 1, 2].reduce((sum, k) => sum + (first[3 * row + k] as number) * (second[3 * k + column] as number), 0);
  return [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => entry(row, column))) as unknown as Homography;
}

/** Where a homography takes a point. */
export function transformed([a, b, c, d, e, f, g, h, i]: Homography, [x, y]: Point): Point {
  const scale = 1 / (g * x + h * y + i);
  return [(a * x + b * y + c) * scale, (d * x + e * y + f) * scale];
}

/** The inverse, by the adjugate; of a matrix without inverse all entries are infinite or NaN. */
export function inverse([a, b, c, d, e, f, g, h, i]: Homography): Homography {
  const scale = 1 / (a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g));
  return [
    (e * i - f * h) * scale,
    (c * h - b * i) * scale,
    (b * f - c * e) * scale,
    (f * g - d * i) * scale,
    (a * i - c * g) * scale,
    (c * d - a * f) * scale,
    (d * h - e * g) * scale,
    (b * g - a * h) * scale,
    (a * e - b * d) * scale,
  ];
}

/** A homography about another origin: coordinates in `matrix` are measured from `centre`. */
export function about([x, y]: Point, matrix: Homography): Homography {
  return multiply([1, 0, x, 0, 1, y, 0, 0, 1], multiply(matrix, [1, 0, -x, 0, 1, -y, 0, 0, 1]));
}

/**
 * The homography that takes the unit square's corners (0, 0), (1, 0), (1, 1), (0, 1) to four points in that order
 * (Heckbert, "Fundamentals of texture mapping and image warping", 1989, section 2.2.3). No three may lie on a line.
 */
export function squareTo(corners: readonly [Point, Point, Point, Point]): Homography {
  const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = corners;
  const [sx, sy] = [x0 - x1 + x2 - x3, y0 - y1 + y2 - y3];
  const [dx1, dy1, dx2, dy2] = [x1 - x2, y1 - y2, x3 - x2, y3 - y2];
  const determinant = dx1 * dy2 - dx2 * dy1;
  const g = (sx * dy2 - dx2 * sy) / determinant;
  const h = (dx1 * sy - sx * dy1) / determinant;
  return [x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h, 1];
}
