import type { Mask } from '@foveate/contracts';

/** A point in pixels: x to the right, y down, (0, 0) the outer corner of the top left pixel. */
export type Point = readonly [x: number, y: number];

/**
 * A copy of the mask with a polygon added. A pixel belongs to the polygon when its centre does, by the even-odd rule;
 * polygons that share an edge neither overlap nor leave a gap. Parts off the mask are cut off.
 * @param points corners in order, the last joined to the first; fewer than three add nothing
 */
export function fillPolygon(mask: Mask, points: readonly Point[]): Mask {
  const { width, height } = mask;
  const data = mask.data.slice();
  for (let row = 0; row < height; row++) {
    const crossings = crossingsAt(row + 0.5, points);
    for (let pair = 0; pair + 1 < crossings.length; pair += 2) {
      // Column c is inside when left <= c + 0.5 < right.
      const from = Math.max(0, Math.ceil((crossings[pair] ?? 0) - 0.5));
      const to = Math.min(width, Math.ceil((crossings[pair + 1] ?? 0) - 0.5));
      if (from < to) data.fill(255, row * width + from, row * width + to);
    }
  }
  return { width, height, channels: 1, data };
}

/** Where the polygon's outline meets the horizontal line at `y`, from left to right. */
function crossingsAt(y: number, points: readonly Point[]): number[] {
  const crossings: number[] = [];
  let previous = points.at(-1) ?? [0, 0];
  for (const point of points) {
    // Every edge is taken from its upper to its lower end, so that polygons on both sides of it round alike.
    const [[x0, y0], [x1, y1]] = previous[1] <= point[1] ? [previous, point] : [point, previous];
    // Half-open in y, so that a corner on the line counts once.
    if (y0 <= y && y < y1) crossings.push(x0 + ((y - y0) / (y1 - y0)) * (x1 - x0));
    previous = point;
  }
  return crossings.sort((a, b) => a - b);
}
