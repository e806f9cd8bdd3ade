import { resolve } from 'node:path';
import { definePlugin, fail, splitNames, type Mask, type Sample, type SampleImages } from '@foveate/contracts';
import type { SourceItem, SplitName } from '@foveate/contracts';
import { emptyMask, fillPolygon, maskArea, readImage, type Point } from '@foveate/image';
import { z } from 'zod';
import { readCoco, type CocoImage, type Shape } from './_coco-file.js';
import { fileSample, idOf } from './_file-sample.js';
import { fileSource, type Layout } from './_file-source.js';
import { byCodeUnit } from '../_order.js';
import { guarded } from './_load.js';
import { unionOf } from './_masks.js';
import { didYouMean } from './_nearest.js';
import { rootOption, sharedOptions } from './_options.js';
import { belowRoot } from './_paths.js';
import { decompressRuns, fillRuns } from './_rle.js';

const file = z.string().min(1);

/** What is drawn on the image of a sample: its `ref`. */
interface CocoRef {
  readonly width: number;
  readonly height: number;
  readonly shapes: CocoImage['shapes'];
}

/**
 * Instances in the JSON of COCO (Lin et al., ECCV 2014): outlines as polygons or run lengths, plain or compressed.
 * Categories are defect types, but for those that outline the area of interest. A pixel belongs to a polygon when its
 * centre does; the outlines of one type are united. The file is held in memory while it is scanned, the outlines of an
 * image as long as its sample.
 */
export const coco = definePlugin({
  meta: { kind: 'source', id: 'coco', contract: 1, summary: 'Images with outlines in the JSON of COCO.' },
  options: z.strictObject({
    root: rootOption,
    annotations: z
      .union([
        file,
        z.array(z.strictObject({ file, split: z.enum(splitNames).optional().describe('Split of its images.') })).min(1),
      ])
      .describe('The annotation file, or a list of { file, split }; relative to the configuration file.'),
    aoi: z.array(z.string()).default([]).describe('Categories that outline the area of interest.'),
    boxes: z.boolean().default(false).describe('Whether an annotation that has only a box is the box, filled.'),
    ...sharedOptions,
  }),
  register: (options, context) => {
    const files = typeof options.annotations === 'string' ? [{ file: options.annotations }] : options.annotations;
    const scan = async function* (layout: Layout): AsyncGenerator<SourceItem> {
      const seen = new Set<string>();
      for (const one of files) {
        const path = resolve(context.baseFolder, one.file);
        const { categories, images } = await readCoco(path, options.boxes);
        refuseUnknown(options.aoi, categories, path);
        const split = 'split' in one ? one.split : undefined;
        for (const image of [...images].sort((a, b) => byCodeUnit(a.path, b.path))) {
          const item = itemOf(image, { path, split, aoi: options.aoi }, layout);
          if ('sample' in item) refuseTwice(item.sample.id, seen, path);
          yield item;
        }
      }
    };
    return fileSource(options, [options.root], context, scan, (layout) =>
      guarded(
        layout,
        (sample) => load(sample, options.aoi, layout.maxPixels),
        ({ id }) => `Annotations of ${id}`,
      ),
    );
  },
});

function itemOf(
  image: CocoImage,
  {
    path,
    split,
    aoi,
  }: { readonly path: string; readonly split: SplitName | undefined; readonly aoi: readonly string[] },
  layout: Layout,
): SourceItem {
  const below = belowRoot(layout.root, image.path);
  if (below === undefined || below === '.') {
    const advice = `File names start from ${layout.root}`;
    throw fail({
      code: 'DATA_INVALID',
      what: 'An image leads out of the data set',
      where: path,
      got: image.path,
      advice,
    });
  }
  const bare = image.bare.filter((category) => !aoi.includes(category));
  if (bare.length > 0 && layout.requireMasks) {
    const message = `An annotation of '${bare[0] ?? ''}' has no outline; set boxes to count its box as one`;
    return { skip: { path: below, reason: 'mask-missing', message } };
  }
  const types = new Set([...image.shapes.map(({ category }) => category), ...bare]);
  const sample = fileSample(
    {
      image: below,
      types: [...types].filter((type) => !aoi.includes(type)),
      split,
      group: layout.groupOf(idOf(below)),
    },
    layout.prefix,
  );
  const { width, height, shapes } = image;
  const ref: CocoRef = { width, height, shapes };
  return { sample: { ...sample, ref } };
}

async function load(sample: Sample, areas: readonly string[], maxPixels: number): Promise<SampleImages> {
  const { width, height, shapes } = sample.ref as CocoRef;
  const image = await readImage(sample.files?.[0] ?? '', { maxPixels });
  if (image.width !== width || image.height !== height) {
    throw fail({
      code: 'DATA_INVALID',
      what: 'The image does not have the size that its annotations say',
      expected: `${width}x${height}`,
      got: `${image.width}x${image.height}`,
      reason: 'image-size',
      advice: 'Annotate the upright image at its full size',
    });
  }
  const masks = new Map<string, Mask[]>();
  for (const { category, shape } of shapes) {
    const mask = drawn(shape, width, height);
    masks.set(category, [...(masks.get(category) ?? []), mask]);
  }
  const aoi = areas.flatMap((category) => masks.get(category) ?? []);
  const defects = [...masks]
    .filter(([category]) => !areas.includes(category))
    .map(([type, list]) => ({ type, mask: nonEmpty(unionOf(list), type) }));
  return { image, defects, ...(aoi.length === 0 ? {} : { aoi: unionOf(aoi) }) };
}

function drawn(shape: Shape, width: number, height: number): Mask {
  if (Array.isArray(shape)) {
    const polygons = shape.map((flat) =>
      Array.from({ length: Math.floor(flat.length / 2) }, (_, i): Point => [flat[2 * i] ?? 0, flat[2 * i + 1] ?? 0]),
    );
    // One by one and not as one outline: where two overlap the pixel is inside.
    return polygons.reduce(fillPolygon, emptyMask(width, height));
  }
  try {
    const [rows, columns] = shape.size;
    if (rows !== height || columns !== width) throw new RangeError(`they are for ${columns}x${rows} pixels`);
    return fillRuns(typeof shape.counts === 'string' ? decompressRuns(shape.counts) : shape.counts, width, height);
  } catch (cause) {
    throw fail({
      code: 'DATA_INVALID',
      what: 'The run lengths of an annotation cannot be read',
      expected: `runs for ${width}x${height} pixels`,
      got: String(cause).replace('RangeError: ', ''),
      reason: 'mask-damaged',
      cause,
    });
  }
}

function nonEmpty(mask: Mask, type: string): Mask {
  if (maskArea(mask) > 0) return mask;
  throw fail({
    code: 'DATA_INVALID',
    what: `The outlines of '${type}' hold no pixel`,
    reason: 'mask-empty',
    advice: 'Outline the defect within the image, or delete the annotation',
  });
}

function refuseUnknown(wanted: readonly string[], known: readonly string[], path: string): void {
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw fail({
    code: 'CONFIG_INVALID',
    what: `The annotation file has no category '${unknown}'`,
    where: 'source.aoi',
    expected: known.map((name) => `'${name}'`).join(', '),
    advice: `${didYouMean(unknown, known)}The file is ${path}`,
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
