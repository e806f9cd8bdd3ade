/** Outlines with fewer corners: Douglas and Peucker, Cartographica 10 (1973) 112-122. */
import type { Point } from '@foveate/image';
import type { Polygons, Ring } from '../model.js';

/**
 * Polygons whose edges pass within `tolerance` pixels of every corner that is left out. Parts and holes so small that no triangle
 * would be left stay as they are.
 */
export function simplified({ kind, parts }: Polygons, tolerance: number): Polygons {
  return { kind, parts: parts.map((part) => part.map((ring) => simplifiedRing(ring, tolerance))) };
}

function simplifiedRing(ring: Ring, tolerance: number): Ring {
  const [start] = ring;
  if (start === undefined || ring.length < 4) return ring;
  // A ring has no ends: it is halved at the corner that is farthest from the first one.
  const far = ring.reduce(
    (best, point, at) => (apart(start, point) > apart(start, ring[best] as Point) ? at : best),
    0,
  );
  const kept = new Set([0, far]);
  keepFar([...ring, start], 0, far, { tolerance, kept });
  keepFar([...ring, start], far, ring.length, { tolerance, kept });
  kept.delete(ring.length);
  return kept.size < 3 ? ring : ring.filter((_, at) => kept.has(at));
}

interface Keeping {
  readonly tolerance: number;
  readonly kept: Set<number>;
}

/** Without recursion: outlines of strangers' masks may have a million corners. */
function keepFar(points: readonly Point[], first: number, last: number, { tolerance, kept }: Keeping): void {
  const spans: (readonly [number, number])[] = [[first, last]];
  for (let span = spans.pop(); span !== undefined; span = spans.pop()) {
    const [from, to] = span;
    let [farthest, distance] = [from, tolerance];
    for (let at = from + 1; at < to; at++) {
      const off = distanceToLine(points[at] as Point, points[from] as Point, points[to] as Point);
      if (off > distance) [farthest, distance] = [at, off];
    }
    if (farthest === from) continue;
    kept.add(farthest);
    spans.push([from, farthest], [farthest, to]);
  }
}

/** Distance of a point from the line between two others, its ends included. */
function distanceToLine(point: Point, [x0, y0]: Point, [x1, y1]: Point): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((point[0] - x0) * dx + (point[1] - y0) * dy) / length));
  return Math.hypot(point[0] - x0 - along * dx, point[1] - y0 - along * dy);
}

function apart([x0, y0]: Point, [x1, y1]: Point): number {
  return Math.hypot(x1 - x0, y1 - y0);
}
