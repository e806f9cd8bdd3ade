import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { definePlugin, type SourceItem, type SplitName } from '@foveate/contracts';
import { z } from 'zod';
import { foldersIn, wrongLayout } from './_layouts.js';
import { fileSample, idOf } from './_file-sample.js';
import { fileSource, type Layout } from './_file-source.js';
import { list } from './_files.js';
import { invalidRow } from './_listed.js';
import { namePattern } from './_names.js';
import { categoryOption, rootOption, sharedOptions, splitsOption } from './_options.js';

const [imageName, maskName] = [namePattern('.png'), namePattern('_label.png')];

/**
 * The layout of DAGM 2007: `Class<n>/{Train,Test}/NNNN.PNG`, masks (coarse ellipses) in `Label/NNNN_label.PNG` and
 * `Label/Labels.txt` with number, flag, image, 0 and mask in each line below the first. Without Labels.txt an image is
 * defective when it has a mask. Each class has one type of defect, named after it: `Class1`.
 */
export const dagm = definePlugin({
  meta: { kind: 'source', id: 'dagm', contract: 1, summary: 'The layout of DAGM 2007, one class or all.' },
  options: z.strictObject({
    root: rootOption,
    category: categoryOption('Class1'),
    splits: splitsOption,
    ...sharedOptions,
  }),
  register: (options, context) =>
    fileSource(options, [options.root], context, async function* (layout) {
      const folders = await classFolders(layout.root, options.category);
      for (const folder of folders) {
        const type = folder.split('/')[0] ?? folder;
        for (const [part, split] of [['Test', 'test'], ['Train', 'train']] as const) {
          yield* scanPart(`${folder}/${part}`, type, options.splits === 'source' ? split : undefined, layout);
        } // prettier-ignore
      }
    }),
});

/** Folders of classes below root. Copies of the data set exist in which each holds itself: `Class1/Class1/Train`. */
async function classFolders(root: string, category: string | undefined): Promise<readonly string[]> {
  const names = category === undefined ? await foldersIn(root, '.') : [category];
  const found: string[] = [];
  for (const name of names) {
    for (const folder of [name, `${name}/${name}`]) {
      if ((await foldersIn(root, folder)).includes('Train')) found.push(folder);
    }
  }
  if (found.length > 0) return found;
  throw await wrongLayout(root, 'DAGM 2007', 'folders Class1/Train and Class1/Test in it', 'Class1');
}

async function* scanPart(
  folder: string,
  type: string,
  split: SplitName | undefined,
  layout: Layout,
): AsyncGenerator<SourceItem> {
  const labels = `${folder}/Label`;
  const masks = new Map<string, string>();
  for (const name of (await list(join(layout.root, labels)))?.files ?? []) {
    const stem = maskName.stemOf(name);
    if (stem !== undefined) masks.set(stem, `${labels}/${name}`);
    else if (name !== 'Labels.txt') {
      yield {
        skip: { path: `${labels}/${name}`, reason: 'file-unused', message: `${name} does not fit NNNN_label.PNG` },
      };
    }
  }
  const flags = await readFlags(join(layout.root, labels, 'Labels.txt'));
  const images = new Set<string>();
  for (const name of (await list(join(layout.root, folder)))?.files ?? []) {
    const [stem, image] = [imageName.stemOf(name), `${folder}/${name}`];
    if (stem === undefined) {
      yield { skip: { path: image, reason: 'file-unused', message: `${name} does not end in .PNG` } };
      continue;
    }
    images.add(stem);
    const mask = masks.get(stem);
    const defective = flags?.get(stem) ?? mask !== undefined;
    if (defective && mask === undefined && layout.requireMasks) {
      const message = `There is no mask ${labels}/${stem}_label.PNG for this image of '${type}'`;
      yield { skip: { path: image, reason: 'mask-missing', message } };
      continue;
    }
    const shown = defective && mask !== undefined ? [{ type, path: mask }] : [];
    const group = layout.groupOf(idOf(image));
    yield { sample: fileSample({ image, types: defective ? [type] : [], masks: shown, split, group }, layout.prefix) };
  }
  for (const [stem, path] of masks) {
    const why = images.has(stem) ? 'Labels.txt calls its image good' : `There is no image ${stem}.PNG for it`;
    if (flags?.get(stem) === false || !images.has(stem))
      yield { skip: { path, reason: 'mask-without-image', message: why } };
  }
}

/** Whether each image is defective, by its stem; undefined without Labels.txt. */
async function readFlags(path: string): Promise<ReadonlyMap<string, boolean> | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const flags = new Map<string, boolean>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const cells = line.trim().split(/\s+/);
    // The first line is the number of the class.
    if (cells.length < 3) continue;
    const [, flag, image = ''] = cells;
    const stem = imageName.stemOf(image);
    if (stem === undefined || (flag !== '0' && flag !== '1')) {
      const place = { file: path, line: index + 1 };
      throw invalidRow(place, 'The line is not of Labels.txt', `'${line.trim()}'`, 'Number, 0 or 1, image, 0, mask');
    }
    flags.set(stem, flag === '1');
  }
  return flags;
}
