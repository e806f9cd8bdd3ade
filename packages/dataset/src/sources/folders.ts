import { posix, resolve } from 'node:path';
import { definePlugin, fail } from '@foveate/contracts';
import { z } from 'zod';
import type { Companion } from './_class-files.js';
import { groupBy } from './_group.js';
import { loadSample, type SampleFiles } from './_load.js';
import { companionSchema, imageEndings, sharedOptions } from './_options.js';
import { good, scanClasses, type ClassFolder, type Layout } from './_scan-class.js';
import { limitPerType } from './limit-per-type.js';

const ending = z.string().min(1);

/** A folder per class, with masks beside the images or in a folder of their own. */
export const folders = definePlugin({
  meta: {
    kind: 'source',
    id: 'folders',
    contract: 1,
    summary: 'A folder per class, masks beside the images or apart.',
  },
  options: z.strictObject({
    root: sharedOptions.root,
    classes: z
      .record(z.string().min(1), z.string().min(1))
      .refine((classes) => Object.keys(classes).length > 0, 'name at least one class folder')
      .describe("What each folder below root shows: a defect type, or 'good'. Folders not named are left out."),
    image: z
      .union([ending, z.array(ending).min(1)])
      .default(imageEndings)
      .describe('Endings of image files.'),
    mask: companionSchema.optional().describe('Where defect masks are; without it there are none.'),
    aoi: companionSchema.optional().describe('Where area-of-interest masks are; without it there are none.'),
    requireMasks: sharedOptions.requireMasks,
    maskThreshold: sharedOptions.maskThreshold,
    limit: z
      .record(z.string(), z.int().min(1))
      .default({})
      .describe("Largest number of images by defect type or 'good', chosen by the seed of the run."),
    group: sharedOptions.group,
  }),
  register: (options, context) => {
    const endings = typeof options.image === 'string' ? [options.image] : options.image;
    const classes = Object.entries(options.classes).map(([name, type]): ClassFolder => {
      const folder = classFolder(name);
      const mask = companionOf(options.mask, folder, endings, 'mask');
      const aoi = companionOf(options.aoi, folder, endings, 'aoi');
      return { folder, type, ...(mask === undefined ? {} : { mask }), ...(aoi === undefined ? {} : { aoi }) };
    });
    refuseDuplicates(classes);
    refuseUnknownTypes(Object.keys(options.limit), new Set(classes.map(({ type }) => type)));
    const layout: Layout = {
      root: resolve(context.baseFolder, options.root),
      imageEndings: endings,
      requireMasks: options.requireMasks,
      maskThreshold: options.maskThreshold,
      ...(options.group === undefined ? {} : { groupOf: groupBy(options.group) }),
    };
    return {
      scan: async function* () {
        yield* limitPerType(await scanClasses(classes, layout), options.limit, context.seed);
      },
      load: ({ ref }) => loadSample(ref as SampleFiles),
    };
  },
});

/** The folder in its one spelling: `./a//b/` and `a\b` are `a/b`. */
function classFolder(name: string): string {
  const folder = posix.normalize(name.replaceAll('\\', '/')).replace(/\/$/, '');
  if (posix.isAbsolute(folder) || /^[a-z]:/i.test(folder) || folder === '..' || folder.startsWith('../')) {
    throw fail({
      code: 'CONFIG_INVALID',
      what: 'A class folder lies outside the root',
      where: 'source.classes',
      got: name,
      advice: 'Class folders are relative to root; set root to a folder that holds them all',
    });
  }
  return folder;
}

function companionOf(
  option: z.infer<typeof companionSchema> | undefined,
  folder: string,
  endings: readonly string[],
  key: string,
): Companion | undefined {
  if (option === undefined) return undefined;
  if (typeof option !== 'string') return { folder: posix.join(option.folder, folder), ending: option.ending };
  if (endings.some((image) => image.toLowerCase() === option.toLowerCase())) {
    throw fail({
      code: 'CONFIG_INVALID',
      what: `Images and their ${key} files have the same ending in the same folder, so that they cannot be told apart`,
      where: `source.${key}`,
      got: option,
      advice: `Give 'image' the endings of the images alone (here ${endings.join(', ')}), or a '${key}' ending such as '_${key}.png'`,
    });
  }
  return { folder, ending: option };
}

function refuseDuplicates(classes: readonly ClassFolder[]): void {
  const twice = classes.find(({ folder }, index) => classes.findIndex((other) => other.folder === folder) !== index);
  if (twice === undefined) return;
  throw fail({
    code: 'CONFIG_INVALID',
    what: 'A class folder is named twice',
    where: 'source.classes',
    got: twice.folder,
    advice: 'Keep one of the two lines',
  });
}

function refuseUnknownTypes(limited: readonly string[], types: ReadonlySet<string>): void {
  const unknown = limited.find((type) => !types.has(type));
  if (unknown === undefined) return;
  throw fail({
    code: 'CONFIG_INVALID',
    what: 'A limit is set for a type that no class has',
    where: 'source.limit',
    expected: [...types].map((type) => `'${type}'`).join(', '),
    got: `'${unknown}'`,
    advice: `Limits go by type, not by folder; defect-free images are '${good}'`,
  });
}
