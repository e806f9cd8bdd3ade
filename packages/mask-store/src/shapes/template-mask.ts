import type { Mask } from '@foveate/contracts';
import { drawPolygon, emptyMask, type Point } from '@foveate/image';
import { z } from 'zod';
import { drawEllipse, type Ellipse } from './ellipse.js';

const share = z.number().min(0).max(1);
const extent = z.number().gt(0).max(1);
const angle = z
  .number()
  .min(-180)
  .max(180)
  .optional()
  .describe(
    'Degrees about the middle, clockwise; default 0. Turned in pixels: the shape keeps its form on images that are not square.',
  );

/** Options of a template. All coordinates are shares of the image's width or height, (0, 0) the top left corner. */
export const shapeSchema = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('rectangle'),
      x: share.describe('Left edge.'),
      y: share.describe('Top edge.'),
      width: extent,
      height: extent,
    })
    .describe('An upright rectangle.'),
  z
    .strictObject({
      kind: z.literal('polygon'),
      points: z
        .array(z.tuple([share, share]))
        .min(3)
        .describe('Corners [x, y] in order; the last joins the first.'),
    })
    .describe('A polygon, filled by the even-odd rule.'),
  z
    .strictObject({
      kind: z.literal('band'),
      direction: z.enum(['vertical', 'horizontal']).describe('Vertical: full height. Horizontal: full width.'),
      from: share.describe('Left or top edge.'),
      to: share.describe('Right or bottom edge.'),
    })
    .describe('A band across the whole image.'),
  z
    .strictObject({
      kind: z.literal('ellipse'),
      x: share.describe('Middle, across.'),
      y: share.describe('Middle, down.'),
      width: extent.describe('Whole width.'),
      height: extent.describe('Whole height.'),
      angle,
    })
    .describe('An ellipse.'),
  z
    .strictObject({
      kind: z.literal('ring'),
      x: share.describe('Middle, across.'),
      y: share.describe('Middle, down.'),
      width: extent.describe('Whole width.'),
      height: extent.describe('Whole height.'),
      hole: z.number().gt(0).lt(1).describe('Size of the hole as a share of that of the ring.'),
      angle,
    })
    .describe('An ellipse with a hole of the same shape in its middle.'),
]);

/** A shape in relative coordinates. */
export type TemplateShape = z.infer<typeof shapeSchema>;

/**
 * The shape, or all shapes together, as a mask of an image of that size. A pixel is inside when its centre is; what leaves
 * the image is cut off.
 */
export function templateMask(shape: TemplateShape | readonly TemplateShape[], width: number, height: number): Mask {
  const shapes: readonly TemplateShape[] = 'kind' in shape ? [shape] : shape;
  const mask = emptyMask(width, height);
  for (const one of shapes) {
    if (one.kind === 'ellipse' || one.kind === 'ring') drawEllipse(mask, one);
    else drawPolygon(mask, cornersOf(one).map(([x, y]): Point => [x * width, y * height])); // prettier-ignore
  }
  return mask;
}

function cornersOf(shape: Exclude<TemplateShape, Ellipse>): readonly Point[] {
  switch (shape.kind) {
    case 'polygon':
      return shape.points;
    case 'rectangle':
      return box(shape.x, shape.y, shape.x + shape.width, shape.y + shape.height);
    case 'band':
      return shape.direction === 'vertical' ? box(shape.from, 0, shape.to, 1) : box(0, shape.from, 1, shape.to);
  }
}

/** Corners of an upright box; empty when an edge is not before its opposite, which a polygon would not mind. */
function box(left: number, top: number, right: number, bottom: number): readonly Point[] {
  if (left >= right || top >= bottom) return [];
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
}
