import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { definePlugin, type SourceItem } from '@foveate/contracts';
import { z } from 'zod';
import { wrongLayout } from './_layouts.js';
import { companion } from './_class-files.js';
import { good, typeNamed } from '../_type-names.js';
import { fileSource, type Layout } from './_file-source.js';
import { list } from './_files.js';
import { listedLoader } from './_load.js';
import { listedSample, pairMasks, splitOf } from './_listed.js';
import { rootOption, sharedOptions } from './_options.js';
import { readRows, requireColumn } from './_rows.js';
import { scanClasses, type ClassFolder } from './_scan-class.js';

/**
 * The layout of VisA: `<category>/Data/Images/{Normal,Anomaly}`, masks in `Data/Masks/Anomaly`, and lists of them
 * (Zou et al., ECCV 2022). `image_anno.csv` of the category has the columns image, label and mask, its label the defect
 * types; the lists in `split_csv` have object, split, label, image and mask. Masks hold small numbers, so that every
 * value above 0 is inside.
 */
export const visa = definePlugin({
  meta: { kind: 'source', id: 'visa', contract: '^2', summary: 'A category in the layout of VisA.' },
  options: z.strictObject({
    root: rootOption,
    category: z.string().min(1).describe('Folder of the category below root, for example candle.'),
    splits: z
      .string()
      .regex(/^[\w-]+$/)
      .default('own')
      .describe(
        'own: the splitter divides all images. 1cls, 2cls_highshot, 2cls_fewshot: as the list in split_csv says.',
      ),
    ...sharedOptions,
    maskThreshold: sharedOptions.maskThreshold.default(0),
  }),
  register: ({ category, splits, ...options }, context) => {
    const scan = async function* (layout: Layout): AsyncGenerator<SourceItem> {
      const annotations = await layout.disk.spelled(`${category}/image_anno.csv`);
      const annotated = (await stat(join(layout.root, annotations)).catch(() => undefined)) !== undefined;
      if (splits !== 'own')
        yield* scanSplits(
          await layout.disk.spelled(`split_csv/${splits}.csv`),
          category,
          annotated ? annotations : undefined,
          layout,
        );
      else if (annotated) yield* scanAnnotations(annotations, layout);
      else yield* scanFolders(category, layout);
    };
    const list = splits === 'own' ? 'image_anno.csv' : `${splits}.csv`;
    return fileSource(options, [options.root], context, scan, listedLoader(list));
  },
});

/** Defect types in a label: `normal`, `bent`, or several with commas between. */
function typesOf(label: unknown): readonly string[] {
  const words = String(label ?? 'normal').split(',').map((word) => word.trim()); // prettier-ignore
  return words.filter((word) => word !== '' && typeNamed(word) !== good);
}

async function* scanAnnotations(name: string, layout: Layout): AsyncGenerator<SourceItem> {
  const file = join(layout.root, name);
  let first = true;
  for await (const row of readRows(file)) {
    for (const column of first ? ['image', 'label'] : []) requireColumn(column, row, file);
    first = false;
    const place = { file, line: row.line };
    const types = typesOf(row.get('label'));
    const masks = pairMasks(pathsOf(row.get('mask')), types, place);
    yield await listedSample({ image: String(row.get('image') ?? ''), types, masks }, place, layout);
  }
}

async function* scanSplits(
  name: string,
  category: string,
  annotations: string | undefined,
  layout: Layout,
): AsyncGenerator<SourceItem> {
  const types = new Map<string, readonly string[]>();
  if (annotations !== undefined) {
    for await (const row of readRows(join(layout.root, annotations))) {
      const names = typesOf(row.get('label'));
      if (names.length > 0) types.set(String(row.get('image')), names);
    }
  }
  const file = join(layout.root, name);
  let [first, found] = [true, false];
  for await (const row of readRows(file)) {
    for (const column of first ? ['object', 'split', 'label', 'image'] : []) requireColumn(column, row, file);
    first = false;
    if (row.get('object') !== category) continue;
    found = true;
    const place = { file, line: row.line };
    const image = String(row.get('image') ?? '');
    const named = typesOf(row.get('label')).length === 0 ? [] : (types.get(image) ?? ['anomaly']);
    const masks = pairMasks(pathsOf(row.get('mask')), named, place);
    const split = splitOf(String(row.get('split')), place);
    yield await listedSample({ image, types: named, masks, split }, place, layout);
  }
  if (!found) throw await wrongLayout(layout.root, 'VisA', `rows of the object '${category}' in ${name}`, category);
}

async function* scanFolders(category: string, layout: Layout): AsyncGenerator<SourceItem> {
  const data = `${category}/Data`;
  if ((await list(join(layout.root, await layout.disk.spelled(`${data}/Images`)))) === undefined) {
    throw await wrongLayout(join(layout.root, category), 'VisA', 'image_anno.csv or Data/Images in it', 'candle');
  }
  const classes: ClassFolder[] = [
    { folder: `${data}/Images/Normal`, type: good },
    { folder: `${data}/Images/Anomaly`, type: 'anomaly', mask: companion(`${data}/Masks/Anomaly`, '.png') },
  ];
  yield* scanClasses(classes, layout);
}

function pathsOf(cell: unknown): readonly string[] {
  return typeof cell === 'string' ? [cell] : [];
}
