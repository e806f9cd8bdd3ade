import { definePlugin, fail } from '@foveate/contracts';
import { z } from 'zod';
import { checked } from './_checked.js';

/** The area of interest that comes with the data set. Samples without one raise `DATA_INVALID` (`aoi-missing`). */
export const sourceAoi = definePlugin({
  meta: { kind: 'aoi', id: 'source', contract: '^2', summary: 'The area-of-interest mask that comes with each image.' },
  options: z.strictObject({}),
  register: () => ({
    areaOfInterest: async (sample, images) => {
      if (images.aoi === undefined) {
        throw fail({
          code: 'DATA_INVALID',
          what: `The data set has no area-of-interest mask for '${sample.id}'`,
          reason: 'aoi-missing',
          advice: "Set the source's option 'aoi' to where the masks are, or use the area of interest 'template'",
        });
      }
      return { ...checked(images.aoi, sample, images), origin: { source: 'data set' } };
    },
  }),
});
