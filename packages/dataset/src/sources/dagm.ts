import { join } from 'node:path';
import { definePlugin } from '@foveate/contracts';
import { decodeText, readRegularFile } from '@foveate/contracts/node';
import type { Skip, SourceItem, SplitName } from '@foveate/contracts';
import { z } from 'zod';
import { folded } from '../_type-names.js';
import { companionsOf } from './_companions.js';
import { foldersIn, wrongLayout } from './_layouts.js';
import { fileSample, idOf, withoutMasks } from './_file-sample.js';
import { fileSource, type Layout } from './_file-source.js';
import { list } from './_files.js';
import { namePattern } from './_names.js';
import { categoryOption, rootOption, sharedOptions, splitsOption } from './_options.js';

const [imageName, maskName] = [namePattern('.png'), namePattern('_label.png')];

/**
 * The layout of DAGM 2007: `Class<n>/{Train,Test}/NNNN.PNG`, masks (coarse ellipses) in `Label/NNNN_label.PNG` and
 * `Label/Labels.txt` with number, flag, image, 0 and mask in each line below the first. Without Labels.txt an image is
 * defective when it has a mask. Each class has one type of defect, named after it: `Class1`.
 */
export const dagm = definePlugin({
  meta: { kind: 'source', id: 'dagm', contract: '^2', summary: 'The layout of DAGM 2007, one class or all.' },
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
  const names = category === undefined ? (await foldersIn(root, '.')).names : [category];
  const found: string[] = [];
  for (const name of names) {
    for (const folder of [name, `${name}/${name}`]) {
      const there = await foldersIn(root, folder);
      if (there.names.some((part) => folded(part) === 'train')) found.push(there.folder);
    }
  }
  if (found.length > 0) return found;
  throw await wrongLayout(root, 'DAGM 2007', 'folders Class1/Train and Class1/Test in it', 'Class1');
}

async function* scanPart(
  given: string,
  type: string,
  split: SplitName | undefined,
  layout: Layout,
): AsyncGenerator<SourceItem> {
  const folder = await layout.disk.spelled(given);
  const labels = await layout.disk.spelled(`${folder}/Label`);
  const files = new Map<string, readonly string[]>();
  for (const name of (await list(join(layout.root, labels)))?.files ?? []) {
    const stem = maskName.stemOf(name);
    if (stem !== undefined) files.set(stem, [`${labels}/${name}`]);
    else if (folded(name) !== 'labels.txt') {
      yield {
        skip: { path: `${labels}/${name}`, reason: 'file-unused', message: `${name} does not fit NNNN_label.PNG` },
      };
    }
  }
  const { flags, skips } = await readFlags(layout.root, await layout.disk.spelled(`${labels}/Labels.txt`));
  for (const skip of skips) yield { skip };
  const names = (await list(join(layout.root, folder)))?.files ?? [];
  const { of: masks, orphans } = companionsOf(
    names.flatMap((name) => imageName.stemOf(name) ?? []),
    files,
  );
  for (const name of names) {
    const [stem, image] = [imageName.stemOf(name), `${folder}/${name}`];
    if (stem === undefined) {
      yield { skip: { path: image, reason: 'file-unused', message: `${name} does not end in .PNG` } };
      continue;
    }
    const mask = masks.get(stem)?.[0];
    const flag = flags.get(folded(stem));
    if (flag === 'unknown') {
      const message = 'Its line in Labels.txt does not say whether it is defective';
      yield { skip: { path: image, reason: 'label-unknown', message } };
      continue;
    }
    const defective = flag ?? mask !== undefined;
    if (defective && mask === undefined && layout.requireMasks) {
      const message = `There is no mask ${labels}/${stem}_label.PNG for this image of '${type}'. ${withoutMasks}`;
      yield { skip: { path: image, reason: 'mask-missing', message } };
      continue;
    }
    const shown = defective && mask !== undefined ? [{ type, path: mask }] : [];
    const group = layout.groupOf(idOf(image));
    yield { sample: fileSample({ image, types: defective ? [type] : [], masks: shown, split, group }, layout.prefix) };
  }
  for (const [stem, paths] of masks) {
    if (flags.get(folded(stem)) === false) yield* without(paths, 'Labels.txt calls its image good');
  }
  for (const [stem, paths] of orphans) yield* without(paths, `There is no image ${stem}.PNG for it`);
}

function without(paths: readonly string[], message: string): readonly SourceItem[] {
  return paths.map((path) => ({ skip: { path, reason: 'mask-without-image', message } }));
}

/** Bytes of Labels.txt that are read at most; it has a line of some forty for each image. */
const mostBytes = 2 ** 26;

/** Whether each image is defective, by its folded stem, and the lines that are not understood; nothing without Labels.txt. */
async function readFlags(
  root: string,
  path: string,
): Promise<{ flags: ReadonlyMap<string, boolean | 'unknown'>; skips: Skip[] }> {
  const [flags, skips] = [new Map<string, boolean | 'unknown'>(), [] as Skip[]];
  const bytes = await readRegularFile(join(root, path), mostBytes).catch(() => undefined);
  for (const [index, line] of (bytes === undefined ? [] : decodeText(bytes).split(/\r?\n/)).entries()) {
    const cells = line.trim().split(/\s+/);
    // The first line is the number of the class.
    if (cells.length < 3) continue;
    const [, flag, image = ''] = cells;
    const stem = imageName.stemOf(image);
    const known = flag === '0' || flag === '1';
    if (stem !== undefined) flags.set(folded(stem), known ? flag === '1' : 'unknown');
    if (stem === undefined || !known) {
      const message = `Line ${index + 1} is not number, 0 or 1, image, 0, mask`;
      skips.push({ path: `${path}:${index + 1}`, reason: 'line-unreadable', message });
    }
  }
  return { flags, skips };
}
