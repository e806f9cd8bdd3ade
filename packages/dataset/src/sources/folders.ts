import { resolve } from 'node:path';
import { definePlugin, fail, splitNames } from '@foveate/contracts';
import { z } from 'zod';
import { typeNamed } from '../_type-names.js';
import type { Companion } from './_class-files.js';
import { companionOf } from './_companion-option.js';
import { fileSource } from './_file-source.js';
import { refuseUnknownTypes } from './_limited.js';
import { companionSchema, imageEndings, rootOption, sharedOptions, type CompanionOption } from './_options.js';
import { belowRoot } from './_paths.js';
import { scanClasses, type ClassFolder } from './_scan-class.js';

const name = z.string().min(1);

const classSchema = z.union([
  name.describe("A defect type, or 'good'."),
  z.strictObject({
    type: name.describe("A defect type, or 'good'."),
    split: z.enum(splitNames).optional().describe('Split that these images stay in.'),
  }),
]);

/** A folder per class, with masks beside the images or in a folder of their own. */
export const folders = definePlugin({
  meta: {
    kind: 'source',
    id: 'folders',
    contract: '^2',
    summary: 'A folder per class, masks beside the images or apart.',
  },
  options: z.strictObject({
    root: rootOption,
    classes: z
      .record(name, classSchema)
      .refine((classes) => Object.keys(classes).length > 0, 'name at least one class folder')
      .describe("What each folder below root shows: a defect type, or 'good'. Folders not named are left out."),
    recursive: z
      .boolean()
      .default(false)
      .describe('Also read the folders within class folders; masks in a folder of their own repeat them.'),
    image: z
      .union([name, z.array(name).min(1)])
      .default(imageEndings)
      .describe('Endings of image files, or patterns with {name} and *.'),
    mask: companionSchema.optional().describe('Where defect masks are; without it there are none.'),
    aoi: companionSchema.optional().describe('Where area-of-interest masks are; without it there are none.'),
    ...sharedOptions,
  }),
  register: (options, context) => {
    const images = typeof options.image === 'string' ? [options.image] : options.image;
    const root = resolve(context.baseFolder, options.root);
    const classes = Object.entries(options.classes).map(([path, given]): ClassFolder => {
      const folder = classFolder(root, path);
      const { type: name, split } = typeof given === 'string' ? { type: given } : given;
      const type = typeNamed(name);
      const mask = placeOf(options.mask, folder, images, 'mask');
      const aoi = placeOf(options.aoi, folder, images, 'aoi');
      return {
        folder,
        type,
        split,
        recursive: options.recursive,
        ...(mask === undefined ? {} : { mask }),
        ...(aoi === undefined ? {} : { aoi }),
      };
    });
    refuseTwice(classes, options.recursive);
    refuseUnknownTypes(Object.keys(options.limit), new Set(classes.map(({ type }) => type)));
    return fileSource(options, [options.root], context, (layout) => scanClasses(classes, layout, images));
  },
});

/** The folder in its one spelling: `./a//b/` and `a\b` are `a/b`. */
function classFolder(root: string, path: string): string {
  const folder = belowRoot(root, path);
  if (folder !== undefined) return folder;
  throw fail({
    code: 'CONFIG_INVALID',
    what: 'A class folder lies outside the root',
    where: 'source.classes',
    got: path,
    advice: 'Class folders are relative to root; set root to a folder that holds them all',
  });
}

function placeOf(
  option: CompanionOption | undefined,
  folder: string,
  images: readonly string[],
  key: string,
): Companion | undefined {
  const place = companionOf(option, folder, key);
  const same = typeof option === 'string' && images.find((image) => image.toLowerCase() === option.toLowerCase());
  if (place === undefined || typeof same !== 'string') return place;
  throw fail({
    code: 'CONFIG_INVALID',
    what: `Images and their ${key} files have the same ending in the same folder, so that they cannot be told apart`,
    where: `source.${key}`,
    got: same,
    advice: `Give 'image' the endings of the images alone (here ${images.join(', ')}), or a '${key}' ending such as '_${key}.png'`,
  });
}

function refuseTwice(classes: readonly ClassFolder[], recursive: boolean): void {
  for (const [index, { folder }] of classes.entries()) {
    const other = classes.find(
      (one, at) => at !== index && (one.folder === folder || (recursive && folder.startsWith(`${one.folder}/`))),
    );
    if (other === undefined) continue;
    throw fail({
      code: 'CONFIG_INVALID',
      what:
        other.folder === folder
          ? 'A class folder is named twice'
          : `A class folder lies within another, ${other.folder}`,
      where: 'source.classes',
      got: folder,
      advice:
        other.folder === folder
          ? 'Keep one of the two lines'
          : `Set recursive to false, or name no folder within another`,
    });
  }
}
