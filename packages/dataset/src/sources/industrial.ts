import { join } from 'node:path';
import { definePlugin } from '@foveate/contracts';
import { z } from 'zod';
import { foldersIn, wrongLayout } from './_layouts.js';
import { companionOf } from './_companion-option.js';
import { folded, good, typeNamed } from '../_type-names.js';
import { fileSource } from './_file-source.js';
import { companionSchema, rootOption, sharedOptions } from './_options.js';
import { scanClasses, type ClassFolder } from './_scan-class.js';

const folder = z.string().min(1);

/**
 * The shape of the paper's industrial data set: one folder to develop on, which the splitter divides into train and
 * validation, and a test set of its own. Both hold a folder per class. Its 5,064 images are divided 80/20, its 893 test
 * images are fixed: `split: { id: stratified, train: 0.8, validation: 0.2, test: 0 }`.
 */
export const industrial = definePlugin({
  meta: {
    kind: 'source',
    id: 'industrial',
    contract: '^2',
    summary: 'A folder to train and validate on and a test folder apart, each with a folder per class.',
  },
  options: z.strictObject({
    root: rootOption,
    development: folder.default('train').describe('Folder below root whose images the splitter divides.'),
    test: folder.default('test').describe('Folder below root whose images are the test split.'),
    good: folder.default('good').describe('Folder in both that shows no defect; others are named after their defect.'),
    mask: companionSchema.optional().describe('Where defect masks are; without it there are none.'),
    aoi: companionSchema.optional().describe('Where area-of-interest masks are; without it there are none.'),
    ...sharedOptions,
  }),
  register: (options, context) =>
    fileSource(options, [options.root], context, async function* (layout) {
      const classes: ClassFolder[] = [];
      for (const part of [options.development, options.test]) {
        const { folder: there, names } = await foldersIn(layout.root, part);
        if (names.length === 0) {
          const expected = `folders such as ${options.good} in it`;
          throw await wrongLayout(join(layout.root, part), 'an industrial set', expected);
        }
        for (const name of names) {
          const path = `${there}/${name}`;
          const [mask, aoi] = [companionOf(options.mask, path, 'mask'), companionOf(options.aoi, path, 'aoi')];
          classes.push({
            folder: path,
            type: folded(name) === folded(options.good) ? good : typeNamed(name),
            found: true,
            split: part === options.test ? 'test' : undefined,
            recursive: true,
            ...(mask === undefined ? {} : { mask }),
            ...(aoi === undefined ? {} : { aoi }),
          });
        }
      }
      yield* scanClasses(classes, layout);
    }),
});
