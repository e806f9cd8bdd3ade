/** Thin lines (loose fibres, pulled threads, debris) as polylines in zipper coordinates. */

// Bound once: used for every point painted, and a look-up of a global is slow in some realms (Jest has one).
const { max, min, sqrt } = Math;

/** A polyline `x0, y0, x1, y1, …` with its half thickness and grey level. */
export interface Stroke {
  readonly points: readonly number[];
  readonly halfWidth: number;
  readonly grey: number;
}

/** An axis-parallel box in zipper coordinates. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** True inside the box. */
export function inBox(box: Box, x: number, y: number): boolean {
  return x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
}

/** The smallest box around all strokes, `margin` wider on each side. */
export function boxOf(strokes: readonly Stroke[], margin: number): Box {
  const xs = strokes.flatMap(({ points }) => points.filter((_, index) => index % 2 === 0));
  const ys = strokes.flatMap(({ points }) => points.filter((_, index) => index % 2 === 1));
  return {
    left: min(...xs) - margin,
    right: max(...xs) + margin,
    top: min(...ys) - margin,
    bottom: max(...ys) + margin,
  };
}

/** Distance from a point to the middle line of a stroke. */
export function distanceTo(stroke: Stroke, x: number, y: number): number {
  const { points } = stroke;
  let nearest = Infinity;
  for (let i = 0; i + 3 < points.length; i += 2) {
    const x0 = points[i] as number;
    const y0 = points[i + 1] as number;
    const dx = (points[i + 2] as number) - x0;
    const dy = (points[i + 3] as number) - y0;
    const along = min(1, max(0, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy + 1e-9)));
    const ex = x - x0 - along * dx;
    const ey = y - y0 - along * dy;
    nearest = min(nearest, ex * ex + ey * ey);
  }
  return sqrt(nearest);
}

/** Paints strokes over `grey`, later strokes on top, with a rounded cross profile. */
export function paintStrokes(strokes: readonly Stroke[], x: number, y: number, grey: number): number {
  let result = grey;
  for (const stroke of strokes) {
    const across = distanceTo(stroke, x, y) / stroke.halfWidth;
    if (across < 1) result = stroke.grey * (1 - 0.45 * across * across);
  }
  return result;
}
