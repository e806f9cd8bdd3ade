/** Folders of images that all show the same thing, as samples. */
import { join } from 'node:path';
import type { Sample, SourceItem, SplitName } from '@foveate/contracts';
import { classFiles, type ClassPlaces } from './_class-files.js';
import { byCodeUnit } from './_files.js';
import type { SampleFiles } from './_load.js';

/** Name that stands for "no defect" where a defect type is expected. */
export const good = 'good';

/** A class folder and the split its samples must be in, if any. */
export interface ClassFolder extends ClassPlaces {
  readonly split?: SplitName;
}

/** What holds for all classes of a data set. */
export interface Layout {
  /** Absolute. */
  readonly root: string;
  readonly imageEndings: readonly string[];
  /** True: a defective image without its mask is left out. */
  readonly requireMasks: boolean;
  readonly maskThreshold: number;
  /** The group of a sample, by its id. */
  readonly groupOf?: (id: string) => string | undefined;
}

/**
 * All samples of some classes and what had to be left out, sorted by id or path. Masks of good images are not read.
 * @throws FoveateError `PATH_MISSING` for a missing class folder, `DATA_INSUFFICIENT` for one without images
 */
export async function scanClasses(classes: readonly ClassFolder[], layout: Layout): Promise<SourceItem[]> {
  const items: SourceItem[] = [];
  for (const one of classes) items.push(...(await scanClass(one, layout)));
  return sortItems(items);
}

/** Items in the order of their ids or paths. */
export function sortItems(items: readonly SourceItem[]): SourceItem[] {
  const keyOf = (item: SourceItem): string => ('sample' in item ? item.sample.id : item.skip.path);
  return [...items].sort((a, b) => byCodeUnit(keyOf(a), keyOf(b)));
}

async function scanClass(one: ClassFolder, layout: Layout): Promise<SourceItem[]> {
  const { images, masks, areas, skips } = await classFiles(one, layout.root, layout.imageEndings);
  const items: SourceItem[] = skips.map((skip) => ({ skip }));
  const skip = (path: string, reason: string, message: string): void => {
    items.push({ skip: { path, reason, message } });
  };
  for (const { stem, path } of images) {
    const mask = one.type === good ? undefined : masks.get(stem);
    if (one.type !== good && one.mask !== undefined && mask === undefined && layout.requireMasks) {
      const expected = `${one.mask.folder}/${stem}${one.mask.ending}`;
      skip(path, 'mask-missing', `There is no mask ${expected} for this image of '${one.type}'`);
    } else {
      items.push({ sample: sampleOf(path, one, layout, mask, areas.get(stem)) });
    }
  }
  const stems = new Set(images.map(({ stem }) => stem));
  const orphans = (kind: string, companions: ReadonlyMap<string, string>): void => {
    for (const [stem, path] of companions) {
      if (!stems.has(stem)) skip(path, `${kind}-without-image`, `There is no image '${stem}' in ${one.folder} for it`);
    }
  };
  orphans('mask', masks);
  orphans('aoi', areas);
  return items;
}

function sampleOf(path: string, one: ClassFolder, layout: Layout, mask?: string, aoi?: string): Sample {
  // One name on every platform: macOS may hand out decomposed Unicode.
  const id = path.normalize('NFC');
  const group = layout.groupOf?.(id);
  const ref: SampleFiles = {
    id,
    image: join(layout.root, path),
    ...(mask === undefined ? {} : { defect: { type: one.type, path: join(layout.root, mask) } }),
    ...(aoi === undefined ? {} : { aoi: join(layout.root, aoi) }),
    maskThreshold: layout.maskThreshold,
  };
  return {
    id,
    defectTypes: one.type === good ? [] : [one.type],
    ...(one.split === undefined ? {} : { split: one.split }),
    ...(group === undefined ? {} : { group }),
    files: [ref.image, ref.defect?.path, ref.aoi].filter((file) => file !== undefined),
    ref,
  };
}
