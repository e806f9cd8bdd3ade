import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { definePlugin, fail, splitNames } from '@foveate/contracts';
import type { SourceItem, SplitName } from '@foveate/contracts';
import { z } from 'zod';
import { byCodeUnit } from '../_order.js';
import { folded, good, goodWords } from '../_type-names.js';
import { readCoco, type CocoImage } from './_coco-file.js';
import { cocoLoader, type CocoRef } from './_coco-load.js';
import { fileSample, idOf, withoutMasks } from './_file-sample.js';
import { fileSource, type Layout } from './_file-source.js';
import { guarded } from './_load.js';
import { didYouMean } from './_nearest.js';
import { rootOption, sharedOptions } from './_options.js';
import { belowRoot } from './_paths.js';

const file = z.string().min(1);

const entrySchema = z.strictObject({
  file,
  root: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Folder below the source's root that its file names start from. Default: root, or else the file's folder.",
    ),
  split: z.enum(splitNames).optional().describe('Split of its images.'),
});

/**
 * Instances in the JSON of COCO (Lin et al., ECCV 2014): outlines as polygons or run lengths, plain or compressed.
 * Categories are defect types, but for those that outline the area of interest and those that mean no defect. A pixel
 * belongs to a polygon when its centre does; the outlines of one type are united. The file is held in memory while it is
 * scanned, the outlines of an image as long as its sample.
 */
export const coco = definePlugin({
  meta: { kind: 'source', id: 'coco', contract: '^2', summary: 'Images with outlines in the JSON of COCO.' },
  options: z.strictObject({
    root: rootOption,
    annotations: z
      .union([file, z.array(entrySchema).min(1)])
      .describe(
        'The annotation file, or a list of { file, root, split }; files are relative to the configuration file.',
      ),
    aoi: z.array(z.string()).default([]).describe('Categories that outline the area of interest.'),
    good: z
      .array(z.string())
      .default([...goodWords])
      .describe('Categories that mean no defect, as `good` does; capitals do not matter.'),
    boxes: z.boolean().default(false).describe('Whether an annotation that has only a box is the box, filled.'),
    ...sharedOptions,
  }),
  register: (options, context) => {
    const files = typeof options.annotations === 'string' ? [{ file: options.annotations }] : options.annotations;
    const wanted = { aoi: new Set(options.aoi.map(folded)), good: new Set([good, ...options.good].map(folded)) };
    const scan = async function* (layout: Layout): AsyncGenerator<SourceItem> {
      const seen = new Set<string>();
      const known = new Set<string>();
      for (const entry of files) {
        const path = resolve(context.baseFolder, entry.file);
        const { categories, images, skips } = await readCoco(path, options.boxes);
        categories.forEach((category) => known.add(category));
        for (const skip of skips) yield { skip };
        const from = await folderOf('root' in entry ? entry.root : undefined, images, path, layout);
        for (const image of [...images].sort((a, b) => byCodeUnit(a.path, b.path))) {
          const item = await itemOf(
            image,
            { from, split: 'split' in entry ? entry.split : undefined, ...wanted },
            layout,
          );
          if ('sample' in item) refuseTwice(item.sample.id, seen, path);
          yield item;
        }
      }
      refuseUnknown(options.aoi, [...known], files.map((entry) => entry.file).join(', '));
    };
    return fileSource(options, [options.root], context, scan, (layout) =>
      guarded(layout, cocoLoader(layout), ({ id }) => `Annotations of ${id}`),
    );
  },
});

/** Images that are looked for to find out where a file's names start from. */
const looked = 20;

/**
 * The folder below root that the names in a file start from: that of its entry, or root, or where none of its images is in
 * root the folder of the file, as Roboflow exports them. Ends in a slash unless it is root.
 */
async function folderOf(
  given: string | undefined,
  images: readonly CocoImage[],
  path: string,
  layout: Layout,
): Promise<string> {
  if (given !== undefined) {
    const below = belowRoot(layout.root, given);
    if (below !== undefined) return below === '.' ? '' : `${await layout.disk.spelled(below)}/`;
    const advice = 'The root of an annotation file is relative to that of the source, and below it';
    throw fail({ code: 'CONFIG_INVALID', what: 'A folder of images lies outside the root', where: 'source.annotations', got: given, advice }); // prettier-ignore
  }
  const beside = belowRoot(layout.root, relative(layout.root, dirname(path)).split(sep).join('/') || '.');
  if (beside === undefined || beside === '.') return '';
  const some = images.slice(0, looked);
  const there = async (from: string): Promise<boolean> => {
    for (const image of some) {
      const below = belowRoot(layout.root, from + image.path);
      if (below !== undefined && (await isThere(await layout.disk.spelled(below), layout))) return true;
    }
    return false;
  };
  return !(await there('')) && (await there(`${beside}/`)) ? `${beside}/` : '';
}

async function isThere(path: string, { root }: Layout): Promise<boolean> {
  return (await stat(join(root, path)).catch(() => undefined)) !== undefined;
}

interface Setting {
  readonly from: string;
  readonly split: SplitName | undefined;
  /** Folded. */
  readonly aoi: ReadonlySet<string>;
  readonly good: ReadonlySet<string>;
}

async function itemOf(image: CocoImage, { from, split, aoi, good }: Setting, layout: Layout): Promise<SourceItem> {
  const given = isAbsolute(image.path) ? image.path : from + image.path;
  const listed = belowRoot(layout.root, given);
  if (listed === undefined || listed === '.') {
    const message = `The image leads out of the data set; file names start from ${layout.root}`;
    return { skip: { path: image.path, reason: 'outside-root', message } };
  }
  const below = await layout.disk.spelled(listed);
  if (image.wrong !== undefined) return { skip: { path: below, reason: 'annotation-invalid', message: image.wrong } };
  const isDefect = (category: string): boolean => !aoi.has(folded(category)) && !good.has(folded(category));
  const bare = image.bare.filter(isDefect);
  if (bare.length > 0 && layout.requireMasks) {
    const message = `An annotation of '${bare[0] ?? ''}' has no outline; set boxes to count its box as one. ${withoutMasks}`;
    return { skip: { path: below, reason: 'mask-missing', message } };
  }
  const shapes = image.shapes.filter(({ category }) => !good.has(folded(category)) || aoi.has(folded(category)));
  const types = new Set([...shapes.map(({ category }) => category).filter(isDefect), ...bare]);
  const group = layout.groupOf(idOf(below));
  const sample = fileSample({ image: below, types: [...types], split, group }, layout.prefix);
  const areas = shapes.filter(({ category }) => aoi.has(folded(category))).map(({ shape }) => shape);
  const ref: CocoRef = { size: image.size, areas, defects: shapes.filter(({ category }) => isDefect(category)) };
  return { sample: { ...sample, ref } };
}

/** Once all files are read: one of them may lack a category. */
function refuseUnknown(wanted: readonly string[], known: readonly string[], files: string): void {
  const unknown = wanted.find((name) => !known.some((one) => folded(one) === folded(name)));
  if (unknown === undefined) return;
  throw fail({
    code: 'CONFIG_INVALID',
    what: `No annotation file has a category '${unknown}'`,
    where: 'source.aoi',
    expected: known.map((name) => `'${name}'`).join(', '),
    advice: `${didYouMean(unknown, known)}Read: ${files}`,
  });
}

function refuseTwice(id: string, seen: Set<string>, path: string): void {
  if (!seen.has(id)) {
    seen.add(id);
    return;
  }
  const advice = 'Annotate each image once, in one file';
  throw fail({ code: 'DATA_INVALID', what: 'An image is listed twice', where: path, got: id, advice });
}
