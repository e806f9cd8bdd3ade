import { join } from 'node:path';
import { definePlugin, type SourceItem, type SplitName } from '@foveate/contracts';
import { z } from 'zod';
import { foldersIn, wrongLayout } from './_layouts.js';
import { companion } from './_class-files.js';
import { folded, good, typeNamed } from '../_type-names.js';
import { fileSource, type Layout } from './_file-source.js';
import { walk } from './_files.js';
import { categoryOption, rootOption, sharedOptions, splitsOption } from './_options.js';
import { scanClasses, type ClassFolder } from './_scan-class.js';

/**
 * The layout of the MVTec anomaly detection data set: `train/good`, `test/<type>`, `ground_truth/<type>/NNN_mask.png`;
 * and of its successor LOCO: `validation/good` and a folder of masks per image, `ground_truth/<type>/NNN/000.png`
 * (Bergmann et al., CVPR 2019 and IJCV 2022). There are no defects to train on, so that a classifier needs a split of its
 * own: `splits: own`, the default.
 */
export const mvtec = definePlugin({
  meta: { kind: 'source', id: 'mvtec', contract: '^2', summary: 'A category in the layout of MVTec AD or LOCO.' },
  options: z.strictObject({
    root: rootOption,
    category: categoryOption('zipper'),
    splits: splitsOption,
    aoiFolder: z
      .string()
      .min(1)
      .optional()
      .describe('Folder beside train and test with area-of-interest masks: <aoiFolder>/test/<type>/NNN.png.'),
    ...sharedOptions,
  }),
  register: (options, context) =>
    fileSource(options, [options.root, options.category ?? '.'], context, async function* (layout) {
      const classes = await classesOf(layout.root, options.aoiFolder, options.splits === 'source');
      yield* masksWithoutType(layout, new Set(classes.map(({ folder }) => folded(folder))));
      yield* scanClasses(classes, layout);
    }),
});

async function classesOf(root: string, aoiFolder: string | undefined, prescribe: boolean): Promise<ClassFolder[]> {
  const classes: ClassFolder[] = [];
  for (const split of ['test', 'train', 'validation'] as const satisfies SplitName[]) {
    const part = await foldersIn(root, split);
    for (const name of part.names) {
      const [folder, type] = [`${part.folder}/${name}`, typeNamed(name)];
      const masked = split === 'test' && type !== good;
      classes.push({
        folder,
        type,
        found: true,
        split: prescribe ? split : undefined,
        ...(masked ? { mask: companion(`ground_truth/${name}`, '_mask.png', '{name}/*.png') } : {}),
        ...(aoiFolder === undefined ? {} : { aoi: companion(`${aoiFolder}/${folder}`, '.png') }),
      });
    }
  }
  if (classes.length > 0) return classes;
  throw await wrongLayout(root, 'MVTec AD', 'folders train/good and test/<type> in it', 'zipper');
}

/** Masks below `ground_truth` of types that have no test folder. */
async function* masksWithoutType(layout: Layout, folders: ReadonlySet<string>): AsyncGenerator<SourceItem> {
  const masks = await foldersIn(layout.root, 'ground_truth');
  for (const type of masks.names) {
    if (folders.has(folded(`test/${type}`))) continue;
    const files = await walk(join(layout.root, masks.folder, type), { realRoot: undefined, recursive: false });
    for await (const item of files ?? []) {
      const path = `${masks.folder}/${type}/${'file' in item ? item.file : item.left}`;
      const message = `There is no folder test/${type} with an image for it`;
      yield { skip: { path, reason: 'mask-without-image', message } };
    }
  }
}
