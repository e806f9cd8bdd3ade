/** Whether lines cross themselves. */
import type { Point } from '@foveate/image';
import type { Ring } from '../model.js';

/** Pairs that are compared at most for each edge: strangers' lines may be made to take hours. Of longer ones nothing is said. */
const mostPairs = 200;

/** True when two edges of a ring cross between their ends. Lines that only touch, or run along each other, do not. */
export function crossesItself(ring: Ring): boolean {
  if (ring.length < 4) return false;
  const edges = ring.map((point, index): readonly [Point, Point] => {
    const next = ring[(index + 1) % ring.length] ?? point;
    return point[0] <= next[0] ? [point, next] : [next, point];
  });
  edges.sort(([a], [b]) => a[0] - b[0]);
  let pairs = 0;
  for (const [index, [a, b]] of edges.entries()) {
    for (let other = index + 1; other < edges.length; other++) {
      const [c, d] = edges[other] ?? [a, b];
      if (c[0] >= b[0]) break;
      if (++pairs > mostPairs * edges.length) return false;
      if (side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0) return true;
    }
  }
  return false;
}

/** Sign of the side of the line from `a` to `b` that a point is on. */
function side(a: Point, b: Point, point: Point): number {
  return Math.sign((b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0]));
}
