import { definePlugin, type SplitName } from '@foveate/contracts';
import { z } from 'zod';
import { foldersIn, wrongLayout } from './_layouts.js';
import { companion } from './_class-files.js';
import { good, typeNamed } from '../_type-names.js';
import { fileSource } from './_file-source.js';
import { categoryOption, rootOption, sharedOptions, splitsOption } from './_options.js';
import { scanClasses, type ClassFolder } from './_scan-class.js';

/**
 * The layout of the beanTech anomaly detection data set: `train/ok`, `test/{ok,ko}`, masks in `ground_truth/ko` under the
 * name of their image; bitmaps or PNG (Mishra et al., ISIE 2021). Defects are of the one type `ko`.
 */
export const btad = definePlugin({
  meta: { kind: 'source', id: 'btad', contract: '^2', summary: 'A category in the layout of BTAD.' },
  options: z.strictObject({
    root: rootOption,
    category: categoryOption("'01'"),
    splits: splitsOption,
    ...sharedOptions,
  }),
  register: (options, context) =>
    fileSource(options, [options.root, options.category ?? '.'], context, async function* (layout) {
      const classes: ClassFolder[] = [];
      for (const split of ['train', 'test'] as const satisfies SplitName[]) {
        const part = await foldersIn(layout.root, split);
        for (const name of part.names) {
          const type = typeNamed(name);
          classes.push({
            folder: `${part.folder}/${name}`,
            type,
            found: true,
            split: options.splits === 'source' ? split : undefined,
            ...(type === good ? {} : { mask: companion(`ground_truth/${name}`, '.png', '.bmp') }),
          });
        }
      }
      const expected = 'folders train/ok and test/ko in it';
      if (classes.length === 0) throw await wrongLayout(layout.root, 'BTAD', expected, '01');
      yield* scanClasses(classes, layout);
    }),
});
