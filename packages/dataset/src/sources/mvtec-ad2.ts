import { definePlugin, type SplitName } from '@foveate/contracts';
import { z } from 'zod';
import { foldersIn, wrongLayout } from './_layouts.js';
import { companion } from './_class-files.js';
import { folded, good, typeNamed } from '../_type-names.js';
import { fileSource } from './_file-source.js';
import { categoryOption, rootOption, sharedOptions, splitsOption } from './_options.js';
import { scanClasses, type ClassFolder } from './_scan-class.js';

const splits: readonly (readonly [folder: string, split: SplitName])[] = [
  ['train', 'train'],
  ['validation', 'validation'],
  ['test_public', 'test'],
];

/**
 * The layout of MVTec AD 2: `train/good`, `validation/good`, `test_public/{good,bad}` and
 * `test_public/ground_truth/bad/NNN_<lighting>_mask.png` (Heckler-Kram et al., arXiv:2503.21622). The private test sets
 * come without labels and are left out. A scene is photographed under several lightings; unless `group` says otherwise
 * its images stay in one split.
 */
export const mvtecAd2 = definePlugin({
  meta: { kind: 'source', id: 'mvtec-ad2', contract: '^2', summary: 'A category in the layout of MVTec AD 2.' },
  options: z.strictObject({
    root: rootOption,
    category: categoryOption('fabric'),
    splits: splitsOption,
    ...sharedOptions,
    group: sharedOptions.group.default(String.raw`^.*/\d+(?=_)`),
  }),
  register: (options, context) =>
    fileSource(options, [options.root, options.category ?? '.'], context, async function* (layout) {
      const classes: ClassFolder[] = [];
      for (const [folder, split] of splits) {
        const part = await foldersIn(layout.root, folder);
        for (const name of part.names) {
          if (folded(name) === 'ground_truth') continue;
          const type = typeNamed(name);
          classes.push({
            folder: `${part.folder}/${name}`,
            type,
            found: true,
            split: options.splits === 'source' ? split : undefined,
            ...(type === good ? {} : { mask: companion(`${part.folder}/ground_truth/${name}`, '_mask.png') }),
          });
        }
      }
      const expected = 'folders train/good and test_public/bad in it';
      if (classes.length === 0) throw await wrongLayout(layout.root, 'MVTec AD 2', expected, 'fabric');
      yield* scanClasses(classes, layout);
    }),
});
