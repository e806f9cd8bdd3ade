import type { Mask } from '@foveate/contracts';

/** A point in pixels: x to the right, y down, (0, 0) the outer corner of the top left pixel. */
export type Point = readonly [x: number, y: number];

/**
 * A copy of the mask with a polygon added, as {@link drawPolygon} draws it.
 * @param points corners in order, the last joined to the first; fewer than three add nothing
 */
export function fillPolygon(mask: Mask, points: readonly Point[]): Mask {
  const copy: Mask = { ...mask, data: mask.data.slice() };
  drawPolygon(copy, points);
  return copy;
}

/**
 * Draws a polygon into a mask. A pixel belongs to the polygon when its centre does, by the even-odd rule; polygons that
 * share an edge neither overlap nor leave a gap. Parts off the mask are cut off. Beyond the mask it needs memory for the
 * box around the polygon, and time for that box and the height of all edges.
 * @param points corners in order, the last joined to the first; fewer than three add nothing
 */
export function drawPolygon(mask: Mask, points: readonly Point[]): void {
  drawRings(mask, [points]);
}

/**
 * As {@link drawPolygon}, of several closed lines at once: a pixel is inside when its centre lies within an odd number of
 * them, so that a line within another is the edge of a hole.
 */
export function drawRings({ width, height, data }: Mask, rings: readonly (readonly Point[])[]): void {
  const [left, right] = extent(rings, 0, width);
  const [top, bottom] = extent(rings, 1, height);
  if (!(left < right && top < bottom)) return;
  // Where a row of pixel centres goes in or out of the polygon, the pixels from there on change sides.
  const stride = right - left + 1;
  const turns = new Uint8Array(stride * (bottom - top));
  for (const points of rings) {
    if (points.length < 3) continue;
    let previous = points.at(-1) as Point;
    for (const point of points) {
      // Every edge is taken from its upper to its lower end, so that polygons on both sides of it round alike.
      const [[x0, y0], [x1, y1]] = previous[1] <= point[1] ? [previous, point] : [point, previous];
      previous = point;
      // Half-open in y, so that a corner on the line counts once.
      const end = Math.min(bottom, Math.ceil(y1 - 0.5));
      for (let row = Math.max(top, Math.ceil(y0 - 0.5)); row < end; row++) {
        const x = x0 + ((row + 0.5 - y0) / (y1 - y0)) * (x1 - x0);
        const column = Math.min(right, Math.max(left, Math.ceil(x - 0.5)));
        const at = (row - top) * stride + column - left;
        turns[at] = (turns[at] ?? 0) ^ 1;
      }
    }
  }
  for (let row = top; row < bottom; row++) {
    let inside = 0;
    for (let column = left, at = (row - top) * stride; column < right; column++, at++) {
      inside ^= turns[at] ?? 0;
      if (inside === 1) data[row * width + column] = 255;
    }
  }
}

/** First pixel whose centre can be inside along an axis, and the one after the last. */
function extent(rings: readonly (readonly Point[])[], axis: 0 | 1, size: number): [first: number, end: number] {
  let [low, high] = [Infinity, -Infinity];
  for (const points of rings) {
    if (points.length < 3) continue;
    for (const point of points) {
      low = Math.min(low, point[axis]);
      high = Math.max(high, point[axis]);
    }
  }
  return [Math.max(0, Math.ceil(low - 0.5)), Math.min(size, Math.ceil(high - 0.5))];
}
