import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { definePlugin, isFoveateError, type SourceItem, type SplitName } from '@foveate/contracts';
import { maskArea, readMask } from '@foveate/image';
import { z } from 'zod';
import { wrongLayout } from './_layouts.js';
import { fileSample, idOf } from './_file-sample.js';
import { fileSource, type Layout } from './_file-source.js';
import { walk } from './_files.js';
import { companionsOf } from './_companions.js';
import { inOrder } from './_in-order.js';
import { namePattern } from './_names.js';
import { rootOption, sharedOptions, splitsOption } from './_options.js';
import { resolved } from './_paths.js';

/** `10301 (copy).png` and `10301_GT (copy).png` lie in the published archive beside the files they are copies of. */
const copy = / \(copy\)\.png$/i;

/**
 * The layout of KolektorSDD2: folders `train` and `test` with `N.png` and its mask `N_GT.png` (Božič et al., Computers in
 * Industry 2021). Every image has a mask; an empty one means no defect, so that masks are decoded while scanning.
 */
export const kolektorSdd2 = definePlugin({
  meta: { kind: 'source', id: 'kolektor-sdd2', contract: '^2', summary: 'The layout of KolektorSDD2.' },
  options: z.strictObject({ root: rootOption, splits: splitsOption, ...sharedOptions }),
  register: (options, context) =>
    fileSource(options, [options.root], context, async function* (layout) {
      for (const split of ['test', 'train'] as const satisfies SplitName[]) {
        yield* scanSplit(split, options.splits === 'source' ? split : undefined, layout);
      }
    }),
});

async function* scanSplit(given: string, split: SplitName | undefined, layout: Layout): AsyncGenerator<SourceItem> {
  const realRoot = layout.links === 'inside' ? await resolved(layout.root) : undefined;
  const folder = await layout.disk.spelled(given);
  const found = await walk(join(layout.root, folder), { realRoot, recursive: false });
  if (found === undefined) {
    throw await wrongLayout(layout.root, 'KolektorSDD2', 'folders train and test in it');
  }
  const [maskName, imageName] = [namePattern('_GT.png'), namePattern('.png')];
  const masks = new Map<string, readonly string[]>();
  const images = new Map<string, string>();
  for await (const item of found) {
    const path = `${folder}/${'file' in item ? item.file : item.left}`;
    const [mask, image] = [maskName.stemOf(path), imageName.stemOf(path)];
    if ('left' in item) yield { skip: { path, reason: item.reason, message: item.why } };
    else if (copy.test(path)) yield { skip: { path, reason: 'file-copy', message: `${item.file} is a copy` } };
    else if (mask !== undefined) masks.set(mask, [path]);
    else if (image !== undefined) images.set(image, path);
    else yield { skip: { path, reason: 'file-unused', message: `${item.file} is neither N.png nor N_GT.png` } };
  }
  const { of, orphans } = companionsOf([...images.keys()], masks);
  yield* inOrder(images, availableParallelism(), ([stem, image]) => itemOf(image, of.get(stem)?.[0], split, layout));
  for (const [stem, paths] of orphans) {
    const message = `There is no image ${stem}.png for it`;
    for (const path of paths) yield { skip: { path, reason: 'mask-without-image', message } };
  }
}

async function itemOf(
  image: string,
  mask: string | undefined,
  split: SplitName | undefined,
  layout: Layout,
): Promise<SourceItem> {
  if (mask === undefined) {
    return {
      skip: { path: image, reason: 'mask-missing', message: 'Without its mask it is not known whether it is good' },
    };
  }
  try {
    const { maskThreshold: threshold, maxPixels } = layout;
    const defective = maskArea(await readMask(join(layout.root, mask), { threshold, maxPixels })) > 0;
    const types = defective ? ['defect'] : [];
    const masks = types.map((type) => ({ type, path: mask }));
    return { sample: fileSample({ image, types, masks, split, group: layout.groupOf(idOf(image)) }, layout.prefix) };
  } catch (error) {
    if (!isFoveateError(error)) throw error;
    return { skip: { path: mask, reason: error.parts.reason ?? 'mask-unreadable', message: error.message } };
  }
}
