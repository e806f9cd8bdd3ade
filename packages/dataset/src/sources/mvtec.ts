import { join, resolve } from 'node:path';
import { definePlugin, fail, type SourceItem, type SplitName } from '@foveate/contracts';
import { z } from 'zod';
import { list } from './_files.js';
import { groupBy } from './_group.js';
import { loadSample, type SampleFiles } from './_load.js';
import { imageEndings, sharedOptions } from './_options.js';
import { scanClasses, sortItems, type ClassFolder, type Layout } from './_scan-class.js';

/**
 * The layout of the MVTec anomaly detection data set: `train/good`, `test/<type>`, `ground_truth/<type>/NNN_mask.png`.
 * Its train folder has no defects, so that a classifier needs a split of its own: `splits: own`, the default.
 */
export const mvtec = definePlugin({
  meta: { kind: 'source', id: 'mvtec', contract: 1, summary: 'A category in the layout of MVTec AD.' },
  options: z.strictObject({
    root: sharedOptions.root,
    category: z.string().min(1).optional().describe('Folder of the category below root, for example zipper.'),
    splits: z
      .enum(['own', 'source'])
      .default('own')
      .describe('own: the splitter divides all images. source: train and test stay what their folders say.'),
    aoiFolder: z
      .string()
      .min(1)
      .optional()
      .describe('Folder beside train and test with area-of-interest masks: <aoiFolder>/test/<type>/NNN.png.'),
    requireMasks: sharedOptions.requireMasks,
    maskThreshold: sharedOptions.maskThreshold,
    group: sharedOptions.group,
  }),
  register: (options, context) => {
    const layout: Layout = {
      root: resolve(context.baseFolder, options.root, options.category ?? '.'),
      imageEndings,
      requireMasks: options.requireMasks,
      maskThreshold: options.maskThreshold,
      ...(options.group === undefined ? {} : { groupOf: groupBy(options.group) }),
    };
    return {
      scan: async function* () {
        const classes = await classesOf(layout.root, options.aoiFolder, options.splits === 'source');
        const stray = await masksWithoutType(layout.root, new Set(classes.map(({ folder }) => folder)));
        yield* sortItems([...(await scanClasses(classes, layout)), ...stray]);
      },
      load: ({ ref }) => loadSample(ref as SampleFiles),
    };
  },
});

async function classesOf(root: string, aoiFolder: string | undefined, prescribe: boolean): Promise<ClassFolder[]> {
  const classes: ClassFolder[] = [];
  for (const split of ['test', 'train'] as const satisfies SplitName[]) {
    const listing = await list(join(root, split));
    for (const type of listing?.folders ?? []) {
      const folder = `${split}/${type}`;
      classes.push({
        folder,
        type,
        ...(prescribe ? { split } : {}),
        ...(split === 'test' && type !== 'good'
          ? { mask: { folder: `ground_truth/${type}`, ending: '_mask.png' } }
          : {}),
        ...(aoiFolder === undefined ? {} : { aoi: { folder: `${aoiFolder}/${folder}`, ending: '.png' } }),
      });
    }
  }
  if (classes.length > 0) return classes;
  const here = await list(root);
  throw fail({
    code: 'PATH_MISSING',
    what: here === undefined ? 'The folder does not exist' : 'The folder does not have the layout of MVTec AD',
    where: root,
    expected: 'folders train/good and test/<type> in it',
    ...(here === undefined ? {} : { got: here.folders.length === 0 ? 'no folders' : here.folders.join(', ') }),
    advice: 'Set root to the category (…/zipper), or root to the folder above it and category to its name',
  });
}

/** Masks below `ground_truth` of types that have no test folder. */
async function masksWithoutType(root: string, folders: ReadonlySet<string>): Promise<SourceItem[]> {
  const items: SourceItem[] = [];
  for (const type of (await list(join(root, 'ground_truth')))?.folders ?? []) {
    if (folders.has(`test/${type}`)) continue;
    for (const name of (await list(join(root, 'ground_truth', type)))?.files ?? []) {
      const message = `There is no folder test/${type} with an image for it`;
      items.push({ skip: { path: `ground_truth/${type}/${name}`, reason: 'mask-without-image', message } });
    }
  }
  return items;
}
