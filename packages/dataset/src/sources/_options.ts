import { z } from 'zod';

/** Options of every source of image files but `root`. */
export const sharedOptions = {
  requireMasks: z
    .boolean()
    .default(true)
    .describe('Leave out defective images whose mask is missing; otherwise they come without one.'),
  maskThreshold: z
    .int()
    .min(0)
    .max(254)
    .default(127)
    .describe('A mask pixel is inside when one of its channels exceeds this; of 16-bit masks 257 times this.'),
  valueRange: z
    .tuple([z.int().min(0).max(65535), z.int().min(0).max(65535)])
    .refine(([black, white]) => black < white, 'the first value must be less than the second')
    .optional()
    .describe(
      'Values of 16-bit images that become black and white: [0, 1023] for 10 bits, [0, 4095] for 12. Default: all 16 bits.',
    ),
  group: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Regular expression on the id (its path below root); images whose match, or first capture group, is the same ' +
        'stay together in one split.',
    ),
  limit: z
    .record(z.string(), z.int().min(1))
    .default({})
    .describe("Largest number of images by defect type or 'good', chosen by the seed of the run."),
  maxPixels: z
    .int()
    .min(1)
    .default(100_000_000)
    .describe('Images of more pixels (width times height) are refused before they are decoded.'),
  links: z
    .enum(['inside', 'anywhere'])
    .default('inside')
    .describe('Whether symbolic links may lead out of root; links that may not are left out.'),
};

/** The shared options, validated. */
export type SharedOptions = z.output<z.ZodObject<typeof sharedOptions>>;

/** Folder of the data set. */
export const rootOption = z.string().min(1).describe('Folder of the data set, relative to the configuration file.');

/** Folder of one category of a data set that has several. */
export const categoryOption = (example: string) =>
  z.string().min(1).optional().describe(`Folder of the category below root, for example ${example}.`);

/** Whether the splits that come with a data set are kept. */
export const splitsOption = z
  .enum(['own', 'source'])
  .default('own')
  .describe('own: the splitter divides all images. source: train, validation and test stay what their folders say.');

const pattern = z.string().min(1);

/** Where the masks that belong to images are. */
export const companionSchema = z.union([
  pattern.describe(
    "Ending that replaces the image's ('.png', '_mask.png'), or a pattern with {name} for the image's name and * for " +
      "anything ('GT_{name}*.png'). The masks lie beside the images.",
  ),
  z.strictObject({
    folder: z.string().min(1).describe('Folder below root that repeats the class folders and holds the masks.'),
    ending: pattern.default('.png').describe("Ending that replaces the image's, or a pattern with {name} and *."),
  }),
  z.strictObject({
    replace: z.string().min(1).describe('Name of a folder in the path of a class folder, such as images.'),
    with: z.string().min(1).describe('Name of the folder with the masks in its place, such as masks.'),
    ending: pattern.default('.png').describe("Ending that replaces the image's, or a pattern with {name} and *."),
  }),
]);

/** Where masks are, as options say it. */
export type CompanionOption = z.output<typeof companionSchema>;

/** Image endings read when none are given. */
export const imageEndings = ['.png', '.jpg', '.jpeg', '.bmp', '.tif', '.tiff', '.webp'];
