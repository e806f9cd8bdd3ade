/**
 * COCO instances (cocodataset.org): one JSON file. Coordinates are pixels, (0, 0) the outer corner of the first one; several
 * outlines of an annotation are united. The format says nothing of EXIF; most tools annotate what they show.
 */
import { open, type FileHandle } from 'node:fs/promises';
import type { Mask } from '@foveate/contracts';
import { writeAtomically } from '@foveate/contracts/node';
import { maskArea } from '@foveate/image';
import { z } from 'zod';
import { checked, invalid } from '../files/invalid.js';
import { unreadable } from '../files/open.js';
import { polygonsOf } from '../geometry/outline.js';
import { pointsOf } from '../geometry/polygons.js';
import { boxOf } from '../geometry/work.js';
import { orientedMasks } from '../masks-of.js';
import type { AnnotatedImage, MaskedImage, Report, Shape } from '../model.js';
import { Objects } from '../objects.js';
import { formatCocoRuns, parseCocoRuns } from '../run-lengths/coco-text.js';
import { runsOf } from '../run-lengths/draw-runs.js';
import { indexCoco, keyOf, type IndexedImage } from './coco-index.js';
import type { Format, ReadOptions, WriteOptions, Written } from './format.js';
import { eachImage, sizeFrom } from './reading.js';

const finite = z.number();
const annotationSchema = z.looseObject({
  category_id: z.union([z.number(), z.string()]),
  segmentation: z
    .union([
      z.array(z.array(finite)),
      z.looseObject({
        size: z.tuple([z.int().min(1), z.int().min(1)]),
        counts: z.union([z.string(), z.array(z.int().min(0))]),
      }),
    ])
    .nullish(),
});

/** COCO instances. */
export const coco: Format = {
  id: 'coco',
  title: 'COCO instances',
  target: 'file',
  orientation: 'upright',
  needsImages: false,
  read,
  write,
};

async function* read(path: string, options: ReadOptions = {}): AsyncGenerator<AnnotatedImage> {
  const report = options.report ?? (() => undefined);
  const { images, categories } = await indexCoco(path, report);
  const handle = await open(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  try {
    for (const image of images.values()) {
      yield* eachImage(report, `${path} ${image.place}`, () =>
        readImage(handle, path, image, categories, options, report),
      );
    }
  } finally {
    await handle.close();
  }
}

async function readImage(
  handle: FileHandle,
  path: string,
  image: IndexedImage,
  categories: ReadonlyMap<string, string>,
  options: ReadOptions,
  report: Report,
): Promise<AnnotatedImage> {
  const orientation = options.orientation ?? coco.orientation;
  const size = await sizeFrom(image, options, orientation);
  const objects = new Objects({ file: image.file, ...size, orientation, where: path }, report);
  for await (const [number, value] of annotationsAt(handle, image.spans, path)) {
    const place = `annotations[${number}]`;
    try {
      const annotation = checked(annotationSchema, value, `${path} ${place}`);
      const label = categories.get(keyOf(annotation.category_id));
      if (label === undefined) {
        objects.leaveOut(place, 'label-unknown', `there is no category ${keyOf(annotation.category_id)} in the file`);
      } else if (annotation.segmentation === undefined || annotation.segmentation === null) {
        objects.leaveOut(place, 'shape-missing', 'it has no segmentation');
      } else objects.add(label, shapeOf(annotation.segmentation, size), place);
    } catch (error) {
      objects.leaveOutFor(place, error);
    }
  }
  return objects.image;
}

/** Annotations that are read at once: they may lie anywhere in the file. */
const readAhead = 64;

/** Numbers and values of annotations. @param spans as `IndexedImage` has them */
async function* annotationsAt(
  handle: FileHandle,
  spans: readonly number[],
  path: string,
): AsyncGenerator<readonly [number, unknown]> {
  for (let from = 0; from < spans.length; from += 3 * readAhead) {
    const count = Math.min(readAhead, (spans.length - from) / 3);
    yield* await Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const [start = 0, end = 0, number = 0] = spans.slice(from + 3 * index, from + 3 * index + 3);
        return [number, await annotationAt(handle, start, end, path)] as const;
      }),
    );
  }
}

async function annotationAt(handle: FileHandle, start: number, end: number, path: string): Promise<unknown> {
  const buffer = new Uint8Array(end - start + 1);
  await handle.read(buffer, 0, buffer.length, start);
  try {
    return JSON.parse(new TextDecoder().decode(buffer));
  } catch (cause) {
    throw invalid({ what: 'The file has changed while it was read', where: path, reason: 'file-changed', cause });
  }
}

function shapeOf(
  segmentation: NonNullable<z.infer<typeof annotationSchema>['segmentation']>,
  { width, height }: { readonly width: number; readonly height: number },
): Shape {
  if (Array.isArray(segmentation)) {
    for (const flat of segmentation) {
      if (flat.length % 2 === 0) continue;
      throw invalid({ what: 'An outline has an x without y', got: `${flat.length} numbers`, reason: 'shape-invalid' });
    }
    return { kind: 'polygons', parts: segmentation.map((flat) => [pointsOf(flat)]) };
  }
  const { size, counts } = segmentation;
  if (size[0] !== height || size[1] !== width) {
    throw invalid({
      what: 'Run lengths are of another size than the image',
      expected: `${height} rows and ${width} columns`,
      got: `${size[0]} and ${size[1]}`,
      reason: 'runs-damaged',
    });
  }
  const lengths = typeof counts === 'string' ? parseCocoRuns(counts) : counts;
  return { kind: 'runs', left: 0, top: 0, width, height, by: 'column', lengths };
}

/** Annotations come first, so that no more than the list of images has to be kept. */
async function write(
  path: string,
  images: AsyncIterable<MaskedImage> | Iterable<MaskedImage>,
  options: WriteOptions = {},
): Promise<Written> {
  const entries: string[] = [];
  const labels = new Map<string, number>();
  let objects = 0;
  async function* chunks() {
    yield '{"annotations":[';
    for await (const image of images) {
      const { width, height, masks } = orientedMasks(image, options.orientation ?? coco.orientation);
      const id = entries.length + 1;
      entries.push(JSON.stringify({ id, file_name: image.file, width, height }));
      for (const { label, mask } of masks) {
        const category = labels.get(label) ?? labels.size + 1;
        labels.set(label, category);
        const annotation = {
          id: ++objects,
          image_id: id,
          category_id: category,
          ...covered(mask, options),
          iscrowd: 0,
        };
        yield `${objects > 1 ? ',' : ''}\n${JSON.stringify(annotation)}`;
      }
    }
    yield `\n],\n"images":[\n${entries.join(',\n')}\n],\n"categories":[\n`;
    yield `${[...labels].map(([name, id]) => JSON.stringify({ id, name, supercategory: '' })).join(',\n')}\n]}\n`;
  }
  await writeAtomically(path, chunks());
  return { images: entries.length, objects };
}

function covered(mask: Mask, { segmentation = 'polygons', simplify }: WriteOptions) {
  const { parts } = polygonsOf(mask, simplify);
  const [left, top, right, bottom] = boxOf(parts.flat());
  const bbox = parts.length === 0 ? [0, 0, 0, 0] : [left, top, right - left, bottom - top];
  // Outlines are united, so that there is no way to write a hole; and a list of none would be taken for no annotation.
  const outlines = segmentation === 'polygons' && parts.length > 0 && parts.every((part) => part.length === 1);
  const size = [mask.height, mask.width];
  const lengths = () => runsOf(mask, 'column').lengths;
  return {
    segmentation: outlines
      ? parts.flatMap((part) => part.map((ring) => ring.flat()))
      : { size, counts: segmentation === 'runs' ? lengths() : formatCocoRuns(lengths()) },
    area: maskArea(mask),
    bbox,
  };
}
