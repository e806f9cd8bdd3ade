import { definePlugin, fail } from '@foveate/contracts';
import { maskArea } from '@foveate/image';
import { z } from 'zod';
import { checked } from './_checked.js';
import { shapeSchema, templateMask } from './template-mask.js';

/** One shape for every image, stretched to its size: for parts that always lie in the same place. */
export const templateAoi = definePlugin({
  meta: {
    kind: 'aoi',
    id: 'template',
    contract: 1,
    summary: 'A rectangle, polygon or band at the same place of every image.',
  },
  options: z.strictObject({
    shape: shapeSchema.describe('The area, in shares of the width and height of the image.'),
  }),
  register: ({ shape }) => {
    // A template that covers nothing must be found before any data is read. The odd size and the few pixels allowed keep
    // rounding from making something of a polygon whose corners lie on one line.
    if (maskArea(templateMask(shape, 997, 1009)) < 10) {
      throw fail({
        code: 'CONFIG_INVALID',
        what: `The template's ${shape.kind} covers less than 0.001% of the image`,
        where: 'aoi.shape',
        got: JSON.stringify(shape),
        advice: 'Coordinates are shares of width and height from 0 to 1; make the shape wider and higher',
      });
    }
    return {
      areaOfInterest: async (sample, images) =>
        checked(templateMask(shape, images.image.width, images.image.height), sample, images),
    };
  },
});
