/** Shapes as people write them. */
import { fail } from '@foveate/contracts';
import { maskArea } from '@foveate/image';
import { z } from 'zod';
import { shapeSchema, templateMask, type TemplateShape } from './template-mask.js';

/** A shape, or a list of them. */
export const shapesSchema = z.union([shapeSchema, z.array(shapeSchema).min(1)], {
  error:
    "expected a shape of kind 'rectangle', 'ellipse', 'ring', 'polygon' or 'band' with its coordinates, or a list of shapes",
});

/**
 * The shapes of any value.
 * @param where for errors: an option or key
 * @throws FoveateError `CONFIG_INVALID` when it is no shape, or one covers nothing
 */
export function parseShapes(value: unknown, where: string): readonly TemplateShape[] {
  const known = typeof value === 'object' && value !== null && 'kind' in value ? [value] : value;
  const result = z.array(shapeSchema).min(1).max(1000).safeParse(known);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw fail({
      code: 'CONFIG_INVALID',
      what: `This is no shape: ${[issue?.path.slice(1).join('.') ?? '', issue?.message ?? ''].filter((text) => text !== '').join(': ')}`,
      where,
      expected:
        "a shape of kind 'rectangle', 'ellipse', 'ring', 'polygon' or 'band' with its coordinates, or a list of shapes",
      got: (JSON.stringify(value) ?? 'nothing').slice(0, 200),
      advice: 'For example { kind: band, direction: vertical, from: 0.25, to: 0.75 }',
    });
  }
  checkShapes(result.data, where);
  return result.data;
}

/**
 * A template that covers nothing must be found before any data is read.
 * @param where for errors: an option or key
 * @throws FoveateError `CONFIG_INVALID` when a shape covers nothing
 */
export function checkShapes(shapes: readonly TemplateShape[], where: string): void {
  // The odd size and the few pixels allowed keep rounding from making something of a polygon whose corners lie on one line.
  for (const shape of shapes) {
    if (maskArea(templateMask(shape, 997, 1009)) >= 10) continue;
    throw fail({
      code: 'CONFIG_INVALID',
      what: `The template's ${shape.kind} covers less than 0.001% of the image`,
      where,
      got: JSON.stringify(shape),
      advice: 'Coordinates are shares of width and height from 0 to 1; make the shape wider and higher',
    });
  }
}
