/** Regions of Label Studio. */
import type { Point } from '@foveate/image';
import { z } from 'zod';
import { checked, invalid } from '../files/invalid.js';
import { polygon, rectangle } from '../geometry/polygons.js';
import type { Shape } from '../model.js';
import { parseBrushRuns } from '../run-lengths/label-studio-runs.js';

/** What is marked, as the file has it. */
export interface Region {
  /** For example `polygonlabels`. */
  readonly type: string;
  readonly value: Readonly<Record<string, unknown>>;
}

const polygonSchema = z.looseObject({ points: z.array(z.tuple([z.number(), z.number()])) });
const brushSchema = z.looseObject({ format: z.literal('rle'), rle: z.array(z.int().min(0).max(255)) });
const rotation = z.number().default(0);
const rectangleSchema = z.looseObject({
  x: z.number(),
  y: z.number(),
  width: z.number(),
  height: z.number(),
  rotation,
});
const ellipseSchema = z.looseObject({
  x: z.number(),
  y: z.number(),
  radiusX: z.number(),
  radiusY: z.number(),
  rotation,
});

/** Labels of a region: under the name of its type, or under `labels` where they are a control of their own. */
export function labelsOf({ type, value }: Region): readonly string[] {
  const labels = value[type] ?? value['labels'];
  return Array.isArray(labels) ? labels.filter((label) => typeof label === 'string') : [];
}

/** Whether something is marked on the image: choices, texts and relations are about other things. */
export function isMark({ value }: Region): boolean {
  return ['points', 'rle', 'x', 'vertices'].some((key) => key in value);
}

/** @throws FoveateError `DATA_INVALID` when it is no area, or not as Label Studio writes it */
export function shapeOf(
  { value }: Region,
  { width, height }: { readonly width: number; readonly height: number },
  where: string,
): Shape {
  const point = (x: number, y: number): Point => [(x * width) / 100, (y * height) / 100];
  // By what is there and not by type: a control 'Labels' gives all regions the type 'labels'.
  if ('points' in value) {
    return polygon(checked(polygonSchema, value, where).points.map(([x, y]) => point(x, y)));
  }
  if ('rle' in value) return parseBrushRuns(checked(brushSchema, value, where).rle, width, height);
  if ('radiusX' in value) {
    const { x, y, radiusX, radiusY, rotation: angle } = checked(ellipseSchema, value, where);
    const [[cx, cy], [rx, ry]] = [point(x, y), point(radiusX, radiusY)];
    return { kind: 'ellipse', x: cx, y: cy, radiusX: rx, radiusY: ry, angle };
  }
  if ('width' in value && 'height' in value) {
    const box = checked(rectangleSchema, value, where);
    const corner = point(box.x, box.y);
    // Boxes are turned around their first corner.
    return rectangle(corner, point(box.x + box.width, box.y + box.height), box.rotation, corner);
  }
  throw invalid({
    what: 'The region is no area',
    expected: 'a polygon, brush, rectangle or ellipse',
    reason: 'shape-unsupported',
  });
}
