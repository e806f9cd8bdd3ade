import { definePlugin } from '@foveate/contracts';
import { emptyMask } from '@foveate/image';
import { z } from 'zod';

/** Everything is of interest: for data without areas, or as the baseline that guidance is compared with. */
export const wholeAoi = definePlugin({
  meta: { kind: 'aoi', id: 'whole', contract: '^2', summary: 'The whole image.' },
  options: z.strictObject({}),
  register: () => ({
    areaOfInterest: async (_sample, { image }) => emptyMask(image.width, image.height, 255),
  }),
});
