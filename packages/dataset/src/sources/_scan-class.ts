/** Folders of images that all show the same thing, as samples. */
import type { Skip, SourceItem, SplitName } from '@foveate/contracts';
import { classFiles, type ClassPlaces } from './_class-files.js';
import { good } from '../_type-names.js';
import { fileSample, idOf, withoutMasks, type FileParts } from './_file-sample.js';
import { companionsOf } from './_companions.js';
import type { Layout } from './_file-source.js';
import { byCodeUnit } from '../_order.js';
import { namePattern } from './_names.js';
import { imageEndings } from './_options.js';
import { resolved } from './_paths.js';

/** A class folder and the split its samples must be in, if any. */
export interface ClassFolder extends ClassPlaces {
  readonly split?: SplitName | undefined;
}

/**
 * The samples of some classes and what had to be left out, class by class in the order of their folders; within a class
 * sorted by id or path. Masks of good images are not read.
 * @param images endings or patterns of image files
 * @throws FoveateError `PATH_MISSING` for a missing class folder, `DATA_INSUFFICIENT` for one without images
 */
export async function* scanClasses(
  classes: readonly ClassFolder[],
  layout: Layout,
  images: readonly string[] = imageEndings,
): AsyncGenerator<SourceItem> {
  const names = images.map(namePattern);
  const realRoot = layout.links === 'inside' ? await resolved(layout.root) : undefined;
  for (const one of [...classes].sort((a, b) => byCodeUnit(`${a.folder}/`, `${b.folder}/`))) {
    const files = await classFiles(one, layout, names, realRoot);
    const items: SourceItem[] = files.skips.map((skip) => ({ skip }));
    const stems = files.images.map(({ stem }) => stem);
    const [masks, areas] = [companionsOf(stems, files.masks), companionsOf(stems, files.areas)];
    for (const image of files.images) {
      items.push(itemOf(image, one, layout, masks.of.get(image.stem), areas.of.get(image.stem)));
    }
    for (const [kind, { orphans }] of [
      ['mask', masks],
      ['aoi', areas],
    ] as const) {
      for (const [stem, paths] of orphans) {
        items.push(...paths.map((path) => ({ skip: orphan(kind, stem, path, one.folder) })));
      }
    }
    yield* sortItems(items);
  }
}

/** Items in the order of their ids or paths. */
function sortItems(items: readonly SourceItem[]): SourceItem[] {
  const keyOf = (item: SourceItem): string => ('sample' in item ? item.sample.id : item.skip.path);
  return [...items].sort((a, b) => byCodeUnit(keyOf(a), keyOf(b)));
}

/** An image of a class as a sample, or as a skip when the mask it needs is missing. */
function itemOf(
  { stem, path }: { readonly stem: string; readonly path: string },
  one: ClassFolder,
  layout: Layout,
  masks: readonly string[] = [],
  areas: readonly string[] = [],
): SourceItem {
  const defective = one.type !== good;
  if (defective && one.mask !== undefined && masks.length === 0 && layout.requireMasks) {
    const expected = one.mask.names.map((name) => `${one.mask?.folder ?? ''}/${name.example(stem)}`).join(' or ');
    const message = `There is no mask ${expected} for this image of '${one.type}'. ${withoutMasks}`;
    return { skip: { path, reason: 'mask-missing', message } };
  }
  const parts: FileParts = {
    image: path,
    types: defective ? [one.type] : [],
    masks: defective ? masks.map((mask) => ({ type: one.type, path: mask })) : [],
    areas,
    split: one.split,
    group: layout.groupOf(idOf(path)),
  };
  return { sample: fileSample(parts, layout.prefix) };
}

function orphan(kind: string, stem: string, path: string, folder: string): Skip {
  return { path, reason: `${kind}-without-image`, message: `There is no image '${stem}' in ${folder} for it` };
}
