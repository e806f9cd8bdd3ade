import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import picomatch from 'picomatch';
import { definePlugin, fail, splitNames, type SourceItem } from '@foveate/contracts';
import { z } from 'zod';
import { good, typeNamed } from '../_type-names.js';
import { fileSample, idOf, withoutMasks } from './_file-sample.js';
import { fileSource, type Layout } from './_file-source.js';
import { walk } from './_files.js';
import { regularExpression } from './_group.js';
import { rootOption, sharedOptions } from './_options.js';
import { belowRoot, resolved } from './_paths.js';

const text = z.string().min(1);

const replacementSchema = z.strictObject({
  replace: text.describe('Regular expression on the path of the image below root.'),
  with: z.string().describe('What takes its place to give the path of the mask; $1 is the first group.'),
});

const entrySchema = z.strictObject({
  pattern: text.describe("Glob on paths below root: '*' within a folder, '**' across folders, '{a,b}', '!(x)'."),
  type: text.describe("What the images show: a defect type, or 'good'."),
  split: z.enum(splitNames).optional().describe('Split that these images stay in.'),
  mask: replacementSchema.optional().describe('Where the mask of an image is.'),
  aoi: replacementSchema.optional().describe('Where the area-of-interest mask of an image is.'),
});

/** Images found by glob patterns; where several fit the first one counts. */
export const globs = definePlugin({
  meta: { kind: 'source', id: 'globs', contract: '^2', summary: 'Images found by glob patterns.' },
  options: z.strictObject({
    root: rootOption,
    images: z
      .array(entrySchema)
      .min(1)
      .describe('Patterns and what the images they find show; the first that fits counts.'),
    ignore: z
      .array(text)
      .default([])
      .describe('Globs of paths that are not images of the set, masks among the images say.'),
    ...sharedOptions,
  }),
  register: ({ images, ignore, ...options }, context) => {
    const entries = images.map((entry, index) => compiled(entry, index));
    const ignored = picomatch(
      ignore.map((pattern) => pattern.normalize('NFC')),
      { nocase: true },
    );
    return fileSource(options, [options.root], context, async function* (layout) {
      const realRoot = layout.links === 'inside' ? await resolved(layout.root) : undefined;
      const found = await walk(layout.root, { realRoot, recursive: true });
      if (found === undefined)
        throw fail({ code: 'PATH_MISSING', what: 'The folder does not exist', where: layout.root });
      const hits = entries.map(() => 0);
      for await (const item of found) {
        if ('left' in item) {
          yield { skip: { path: item.left, reason: item.reason, message: item.why } };
          continue;
        }
        const path = item.file.normalize('NFC');
        const index = ignored(path) ? -1 : entries.findIndex(({ fits }) => fits(path));
        const entry = entries[index];
        if (entry === undefined) continue;
        hits[index] = (hits[index] ?? 0) + 1;
        yield await itemOf(item.file, entry, layout);
      }
      refuseIdle(hits, entries, layout.root);
    });
  },
});

type Entry = ReturnType<typeof compiled>;

function compiled(entry: z.output<typeof entrySchema>, index: number) {
  const substitution = (key: 'mask' | 'aoi') => {
    const option = entry[key];
    if (option === undefined) return undefined;
    const advice = String.raw`For example replace: 'images/(.*)\.jpg$' with: 'masks/$1.png'`;
    const expression = regularExpression(option.replace, `source.images[${index}].${key}.replace`, advice);
    return (path: string): string => path.normalize('NFC').replace(expression, option.with);
  };
  return {
    pattern: entry.pattern,
    type: typeNamed(entry.type),
    split: entry.split,
    fits: picomatch(entry.pattern.normalize('NFC'), { nocase: true }),
    mask: substitution('mask'),
    aoi: substitution('aoi'),
  };
}

async function itemOf(image: string, { type, split, mask, aoi }: Entry, layout: Layout): Promise<SourceItem> {
  const there = async (path: string): Promise<boolean> =>
    (await stat(join(layout.root, path)).catch(() => undefined))?.isFile() ?? false;
  const given = { mask: type === good ? undefined : mask?.(image), aoi: aoi?.(image) };
  for (const role of ['mask', 'aoi'] as const) {
    const path = given[role];
    if (path !== undefined && belowRoot(layout.root, path) === undefined) {
      const message = `Its ${role} would lie outside root: ${path}`;
      return { skip: { path: image, reason: 'outside-root', message } };
    }
  }
  const [maskPath, aoiPath] = await Promise.all(
    [given.mask, given.aoi].map((path) => (path === undefined ? undefined : layout.disk.spelled(path))),
  );
  const masked = maskPath !== undefined && maskPath !== image && (await there(maskPath));
  if (maskPath !== undefined && !masked && layout.requireMasks) {
    const message = `There is no mask ${maskPath} for this image of '${type}'. ${withoutMasks}`;
    return { skip: { path: image, reason: 'mask-missing', message } };
  }
  const area = aoiPath !== undefined && aoiPath !== image && (await there(aoiPath));
  const parts = {
    image,
    types: type === good ? [] : [type],
    masks: masked ? [{ type, path: maskPath }] : [],
    areas: area ? [aoiPath] : [],
    split,
    group: layout.groupOf(idOf(image)),
  };
  return { sample: fileSample(parts, layout.prefix) };
}

function refuseIdle(hits: readonly number[], entries: readonly Entry[], root: string): void {
  const idle = entries[hits.indexOf(0)];
  if (idle === undefined) return;
  throw fail({
    code: 'DATA_INSUFFICIENT',
    what: 'A pattern finds no image that an earlier one has not',
    where: root,
    got: idle.pattern,
    advice: "Patterns start below root and use '/'; '**' crosses folders",
  });
}
