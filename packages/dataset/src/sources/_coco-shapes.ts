/** What annotations of COCO draw, as files have it: anything may stand there. */
import { z } from 'zod';

/** Outlines as lists of x and y in turn, or run lengths with their height and width; boxes are outlines. */
export type Shape =
  | readonly (readonly number[])[]
  | { readonly size: readonly [number, number]; readonly counts: string | readonly number[] };

/** A shape, nothing to draw, or what is wrong. */
export type Reading = { readonly shape: Shape } | { readonly wrong: string } | undefined;

const side = z.int().min(1);
const runsSchema = z.object({
  size: z.tuple([side, side]),
  counts: z.union([z.string(), z.array(z.int().min(0))]),
});

/**
 * The shape of a `segmentation`.
 * @returns undefined where nothing has an area: null, no outlines, outlines of two points or on a line
 */
export function shapeOf(segmentation: unknown): Reading {
  if (segmentation === undefined || segmentation === null) return undefined;
  if (Array.isArray(segmentation)) return outlinesOf(segmentation);
  const runs = runsSchema.safeParse(segmentation);
  return runs.success ? { shape: runs.data } : { wrong: 'segmentation is neither outlines nor run lengths' };
}

function outlinesOf(list: readonly unknown[]): Reading {
  // A list of numbers can only be one outline.
  const outlines: readonly unknown[] = typeof list[0] === 'number' ? [list] : list;
  const shape: (readonly number[])[] = [];
  for (const outline of outlines) {
    if (!Array.isArray(outline)) return { wrong: 'an outline is no list of numbers' };
    if (!outline.every((value) => typeof value === 'number' && Number.isFinite(value))) {
      return { wrong: 'an outline holds something else than numbers' };
    }
    const numbers = outline as number[];
    if (numbers.length % 2 !== 0) return { wrong: 'an outline has an x without y' };
    if (!isOnLine(numbers)) shape.push(numbers);
  }
  return shape.length === 0 ? undefined : { shape };
}

/** The outline of a `bbox`, x, y, width and height; undefined when it is none or has no area. */
export function boxOf(bbox: unknown): Shape | undefined {
  if (!Array.isArray(bbox) || bbox.length !== 4) return undefined;
  if (!bbox.every((value) => typeof value === 'number' && Number.isFinite(value))) return undefined;
  const [x = 0, y = 0, width = 0, height = 0] = bbox as number[];
  if (!(width > 0 && height > 0)) return undefined;
  return [[x, y, x + width, y, x + width, y + height, x, y + height]];
}

/** True when all points lie on one line, so that there is nothing between them. */
function isOnLine(numbers: readonly number[]): boolean {
  const [x0 = 0, y0 = 0] = numbers;
  let [dx, dy] = [0, 0];
  for (let at = 2; at + 1 < numbers.length; at += 2) {
    const [x, y] = [(numbers[at] ?? 0) - x0, (numbers[at + 1] ?? 0) - y0];
    if (dx === 0 && dy === 0) [dx, dy] = [x, y];
    else if (dx * y !== dy * x) return false;
  }
  return true;
}

/** What one image may hold: an annotation tool makes some hundreds, a segmentation of cells some ten thousand. */
const [mostShapes, mostNumbers] = [100_000, 4_000_000];

/** Says when the shapes of one image are more than can be drawn in a reasonable time. */
export function tooMany(shapes: readonly { readonly shape: Shape }[]): string | undefined {
  if (shapes.length > mostShapes) return `${shapes.length} annotations, at most ${mostShapes} are drawn`;
  let numbers = 0;
  for (const { shape } of shapes) {
    if ('counts' in shape) numbers += shape.counts.length;
    else for (const outline of shape) numbers += outline.length + 1;
  }
  return numbers > mostNumbers ? `${numbers} coordinates and run lengths, at most ${mostNumbers} are drawn` : undefined;
}
