import type { Mask } from '@foveate/contracts';
import { emptyMask, fillPolygon, type Point } from '@foveate/image';
import { z } from 'zod';

const share = z.number().min(0).max(1);
const extent = z.number().gt(0).max(1);

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
]);

/** A shape in relative coordinates. */
export type TemplateShape = z.infer<typeof shapeSchema>;

/**
 * The shape, or all shapes together, as a mask of an image of that size. A pixel is inside when its centre is; what leaves
 * the image is cut off.
 */
export function templateMask(shape: TemplateShape | readonly TemplateShape[], width: number, height: number): Mask {
  const shapes: readonly TemplateShape[] = 'kind' in shape ? [shape] : shape;
  return shapes.reduce(
    (mask, one) => {
      const points = cornersOf(one).map(([x, y]): Point => [x * width, y * height]);
      return fillPolygon(mask, points);
    },
    emptyMask(width, height),
  );
}

function cornersOf(shape: TemplateShape): readonly Point[] {
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
