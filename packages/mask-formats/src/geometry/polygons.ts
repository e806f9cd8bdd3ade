/** Polygons of what files hold. */
import type { Point } from '@foveate/image';
import type { Polygons, Ring } from '../model.js';

/** One part of one ring. */
export function polygon(ring: Ring): Polygons {
  return { kind: 'polygons', parts: [[ring]] };
}

/** A rectangle by two opposite corners, turned around a point. @param angle degrees, clockwise as seen */
export function rectangle(
  [x0, y0]: Point,
  [x1, y1]: Point,
  angle = 0,
  [aboutX, aboutY]: Point = [(x0 + x1) / 2, (y0 + y1) / 2],
): Polygons {
  const corners: Ring = [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]; // prettier-ignore
  if (angle === 0) return polygon(corners);
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  return polygon(
    corners.map(([x, y]): Point => {
      const [dx, dy] = [x - aboutX, y - aboutY];
      return [aboutX + dx * cos - dy * sin, aboutY + dx * sin + dy * cos];
    }),
  );
}

/** Points of numbers x and y in turn. */
export function pointsOf(flat: readonly number[]): Ring {
  return Array.from({ length: Math.floor(flat.length / 2) }, (_, i): Point => [flat[2 * i] ?? 0, flat[2 * i + 1] ?? 0]);
}
