/** Outlines of masks along the edges between pixels. */
import type { Mask } from '@foveate/contracts';
import type { Point } from './polygon.js';

/** A part of a mask: its outer line first, then those of its holes. */
export type Outline = readonly (readonly Point[])[];

/** Steps by direction: up, right, down, left. */
const [stepX, stepY] = [
  [0, 1, 0, -1],
  [-1, 0, 1, 0],
] as const;

/**
 * The outlines of a mask, part by part from the top; parts that only touch at corners are two. Lines run along the edges
 * of pixels with the inside to their right, have a corner where they turn and whole numbers as coordinates. What
 * `drawRings` draws of them is the mask again, exactly.
 */
export function outlinesOf({ width, height, data }: Mask): readonly Outline[] {
  const outlines: Point[][][] = [];
  /** For each pixel whose left edge is on a line: number of the part from 1. */
  const partAt = new Uint32Array(width * height);
  const inside = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height && data[y * width + x] !== 0;
  for (let y = 0; y < height; y++) {
    let before = 0;
    for (let x = 0, pixel = y * width; x < width; x++, pixel++) {
      const value = data[pixel] ?? 0;
      const edge = before === 0 && value !== 0;
      before = value;
      if (!edge || partAt[pixel] !== 0) continue;
      // The first edge of a line that a scan meets belongs to a hole when the pixel above is inside: it and its neighbours to
      // the left are of the part that the hole is in, which has been met before.
      let part = outlines.length + 1;
      if (inside(x, y - 1)) {
        let left = pixel - width - 1;
        while (left % width > 0 && data[left - 1] !== 0) left--;
        part = partAt[left] ?? 0;
      }
      const line = trace(x, y, inside, (mark) => (partAt[mark] = part), width);
      const outline = outlines[part - 1];
      if (outline === undefined) outlines.push([line]);
      else outline.push(line);
    }
  }
  return outlines;
}

/** Follows the line that the left edge of a pixel is on, all around. @param mark is told the pixels whose left edge is on it */
function trace(
  startX: number,
  startY: number,
  inside: (x: number, y: number) => boolean,
  mark: (pixel: number) => void,
  width: number,
): Point[] {
  const points: Point[] = [];
  let [x, y, direction] = [startX, startY + 1, 0];
  do {
    x += stepX[direction] ?? 0;
    y += stepY[direction] ?? 0;
    if (direction === 0) mark(y * width + x);
    // The two pixels ahead. Where only the one to the left is inside it belongs to another part: diagonals are no bridges.
    const [left, right] = ahead(x, y, direction);
    const turn = !inside(right[0], right[1]) ? 1 : inside(left[0], left[1]) ? 3 : 0;
    if (turn !== 0) points.push([x, y]);
    direction = (direction + turn) % 4;
  } while (x !== startX || y !== startY + 1 || direction !== 0);
  return points;
}

/** The pixels before a corner, to the left and the right of the way. */
function ahead(x: number, y: number, direction: number): readonly [left: Point, right: Point] {
  switch (direction) {
    case 0:
      return [[x - 1, y - 1], [x, y - 1]]; // prettier-ignore
    case 1:
      return [[x, y - 1], [x, y]]; // prettier-ignore
    case 2:
      return [[x, y], [x - 1, y]]; // prettier-ignore
    default:
      return [[x - 1, y], [x - 1, y - 1]]; // prettier-ignore
  }
}
