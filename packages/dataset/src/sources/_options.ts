import { z } from 'zod';

/** Options that sources of image files share. */
export const sharedOptions = {
  root: z.string().min(1).describe('Folder of the data set, relative to the configuration file.'),
  requireMasks: z
    .boolean()
    .default(true)
    .describe('Leave out defective images whose mask is missing; otherwise they come without one.'),
  maskThreshold: z
    .int()
    .min(0)
    .max(254)
    .default(127)
    .describe('A mask pixel is inside when one of its channels exceeds this.'),
  group: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Regular expression on the id (its path below root); images whose match, or first capture group, is the same ' +
        'stay together in one split.',
    ),
};

/** Where the masks that belong to images are. */
export const companionSchema = z.union([
  z.string().min(1).describe("Ending that replaces the image's: '.png', '_mask.png'. The masks lie beside the images."),
  z.strictObject({
    folder: z.string().min(1).describe('Folder below root that repeats the class folders and holds the masks.'),
    ending: z.string().min(1).default('.png').describe("Ending that replaces the image's."),
  }),
]);

/** Image endings read when none are given. */
export const imageEndings = ['.png', '.jpg', '.jpeg', '.tif', '.tiff', '.webp'];
