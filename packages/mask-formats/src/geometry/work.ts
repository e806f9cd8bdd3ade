/** How large shapes are. */
import type { Ring, Shape } from '../model.js';

/** Left, top, right and bottom edge. */
export type Box = readonly [left: number, top: number, right: number, bottom: number];

/** The box around rings; right is less than left when there are none. */
export function boxOf(rings: Iterable<Ring>): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of rings) {
    for (const [x, y] of ring) {
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    }
  }
  return [left, top, right, bottom];
}

/** The box around a shape. */
export function boxAround(shape: Shape): Box {
  if (shape.kind === 'polygons') return boxOf(shape.parts.flat());
  if (shape.kind === 'runs') return [shape.left, shape.top, shape.left + shape.width, shape.top + shape.height];
  // Turned or not, it reaches no farther than this.
  const reach = Math.max(shape.radiusX, shape.radiusY);
  return [shape.x - reach, shape.y - reach, shape.x + reach, shape.y + reach];
}

/** Pixels and edges by rows that are looked at when a shape is drawn on an image of that size. */
export function workOf(shape: Shape, width: number, height: number): number {
  if (shape.kind === 'runs') return shape.width * shape.height + shape.lengths.length;
  if (shape.kind === 'ellipse') return areaWithin(boxAround(shape), width, height);
  let work = 0;
  for (const part of shape.parts) {
    work += areaWithin(boxOf(part), width, height);
    for (const ring of part) {
      let before = within(ring.at(-1)?.[1] ?? 0, height);
      for (const [, y] of ring) {
        work += 1 + Math.abs(within(y, height) - before);
        before = within(y, height);
      }
    }
  }
  return work;
}

function areaWithin([left, top, right, bottom]: Box, width: number, height: number): number {
  const across = within(right, width) - within(left, width);
  return Math.max(0, across) * Math.max(0, within(bottom, height) - within(top, height));
}

function within(value: number, size: number): number {
  return Math.min(size, Math.max(0, value));
}
