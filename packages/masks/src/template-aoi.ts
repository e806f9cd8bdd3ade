import { definePlugin, fail } from '@foveate/contracts';
import { maskArea } from '@foveate/image';
import { z } from 'zod';
import { checked } from './_checked.js';
import { shapeSchema, templateMask } from './template-mask.js';

/** The same shapes on every image, stretched to its size: for parts that always lie in the same place. */
export const templateAoi = definePlugin({
  meta: {
    kind: 'aoi',
    id: 'template',
    contract: '^2',
    summary: 'Rectangles, ellipses, rings, polygons or bands at the same place of every image.',
  },
  options: z.strictObject({
    shape: z
      .union([shapeSchema, z.array(shapeSchema).min(1)], {
        error:
          "expected a shape of kind 'rectangle', 'ellipse', 'ring', 'polygon' or 'band' with its coordinates, or a list of shapes",
      })
      .describe('The area, in shares of the width and height of the image; of several shapes all together.'),
  }),
  register: (options) => {
    const shapes = Array.isArray(options.shape) ? options.shape : [options.shape];
    // A template that covers nothing must be found before any data is read. The odd size and the few pixels allowed keep
    // rounding from making something of a polygon whose corners lie on one line.
    for (const shape of shapes) {
      if (maskArea(templateMask(shape, 997, 1009)) >= 10) continue;
      throw fail({
        code: 'CONFIG_INVALID',
        what: `The template's ${shape.kind} covers less than 0.001% of the image`,
        where: 'aoi.shape',
        got: JSON.stringify(shape),
        advice: 'Coordinates are shares of width and height from 0 to 1; make the shape wider and higher',
      });
    }
    return {
      areaOfInterest: async (sample, images) => ({
        ...checked(templateMask(shapes, images.image.width, images.image.height), sample, images),
        origin: { source: 'template' },
      }),
    };
  },
});
