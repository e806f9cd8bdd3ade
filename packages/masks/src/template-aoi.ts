import { definePlugin } from '@foveate/contracts';
import { checkShapes, shapesSchema, templateMask } from '@foveate/mask-store/shapes';
import { z } from 'zod';
import { checked } from './_checked.js';

/** The same shapes on every image, stretched to its size: for parts that always lie in the same place. */
export const templateAoi = definePlugin({
  meta: {
    kind: 'aoi',
    id: 'template',
    contract: '^2',
    summary: 'Rectangles, ellipses, rings, polygons or bands at the same place of every image.',
  },
  options: z.strictObject({
    shape: shapesSchema.describe(
      'The area, in shares of the width and height of the image; of several shapes all together.',
    ),
  }),
  register: (options) => {
    const shapes = Array.isArray(options.shape) ? options.shape : [options.shape];
    checkShapes(shapes, 'aoi.shape');
    return {
      areaOfInterest: async (sample, images) => ({
        ...checked(templateMask(shapes, images.image.width, images.image.height), sample, images),
        origin: { source: 'template' },
      }),
    };
  },
});
