/**
 * YOLO segmentation (Ultralytics): a text file for each image, a line for each outline: number of the class, then x and y in
 * turn as shares of width and height, upright, as Ultralytics turns images by EXIF. Five numbers are a box: its middle, width
 * and height. Names of classes are in `data.yaml`, or line by line in `classes.txt`.
 */
import { posix } from 'node:path';
import { isFoveateError } from '@foveate/contracts';
import type { Point } from '@foveate/image';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { checked, invalid } from '../files/invalid.js';
import { stemOf } from '../files/image-folder.js';
import { readText } from '../files/open.js';
import { OutputFolder } from '../files/output.js';
import { joinedRing, polygonsOf } from '../geometry/outline.js';
import { polygon, rectangle } from '../geometry/polygons.js';
import { orientedMasks } from '../masks-of.js';
import type { AnnotatedImage, MaskedImage, Shape } from '../model.js';
import { Objects } from '../objects.js';
import type { Format, ReadOptions, WriteOptions, Written } from './format.js';
import { emptyMaskOf } from './label-image.js';
import { eachImage, filesOf, imagesOf, sizeOf } from './reading.js';

const namesSchema = z.looseObject({
  names: z.union([z.array(z.coerce.string()), z.record(z.string(), z.coerce.string())]),
});

/** YOLO segmentation. */
export const yolo: Format = {
  id: 'yolo',
  title: 'YOLO segmentation',
  target: 'folder',
  orientation: 'upright',
  needsImages: true,
  read,
  write,
};

async function* read(path: string, options: ReadOptions = {}): AsyncGenerator<AnnotatedImage> {
  const report = options.report ?? (() => undefined);
  const images = imagesOf(options, yolo.id);
  const { root, files } = await filesOf(path, /\.(?:txt|ya?ml)$/i);
  const names = await namesOf(root, files);
  const texts = files.filter((file) => /\.txt$/i.test(file) && posix.basename(file) !== 'classes.txt');
  // Lists of images lie beside the folder of labels.
  const labelled = texts.filter((file) => /(?:^|\/)labels\//.test(file));
  for (const file of labelled.length > 0 ? labelled : texts) {
    const where = posix.join(root, file);
    yield* eachImage(report, where, async () => {
      const image = images.findStem(stemOf(file).replace(/(^|\/)labels\//, '$1images/'));
      const orientation = options.orientation ?? yolo.orientation;
      const size = await sizeOf(image, images, orientation);
      const objects = new Objects({ file: image, ...size, orientation, where }, report);
      for (const [index, line] of (await readText(where)).split(/\r?\n/).entries()) {
        if (line.trim() === '') continue;
        const place = `line ${index + 1}`;
        const numbers = line.trim().split(/\s+/).map(Number);
        const label = names.get(String(numbers[0]));
        if (label !== undefined) objects.attempt(label, place, () => shapeOf(numbers.slice(1), size));
        else
          objects.leaveOut(place, 'label-unknown', `there is no class ${JSON.stringify(line.trim().split(/\s/)[0])}`);
      }
      return objects.image;
    });
  }
}

function shapeOf(
  shares: readonly number[],
  { width, height }: { readonly width: number; readonly height: number },
): Shape {
  if (!shares.every(Number.isFinite) || (shares.length !== 4 && (shares.length < 6 || shares.length % 2 !== 0))) {
    throw invalid({
      what: 'The line is no outline',
      expected: 'a class and then at least 3 pairs of numbers, or 4 numbers of a box',
      got: `${shares.length} numbers or words after the class`,
      reason: 'shape-invalid',
    });
  }
  const points: Point[] = [];
  for (let at = 0; at < shares.length; at += 2)
    points.push([(shares[at] ?? 0) * width, (shares[at + 1] ?? 0) * height]);
  const [[x, y] = [0, 0], [w, h] = [0, 0]] = points;
  return shares.length === 4 ? rectangle([x - w / 2, y - h / 2], [x + w / 2, y + h / 2]) : polygon(points);
}

/** Names of classes by number. */
async function namesOf(root: string, files: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const yaml = files.find((file) => /\.ya?ml$/i.test(file));
  const list = files.find((file) => posix.basename(file) === 'classes.txt');
  if (yaml !== undefined) {
    const where = posix.join(root, yaml);
    const { names } = checked(namesSchema, parseYaml(await readText(where), where), where);
    return new Map(Object.entries(names));
  }
  if (list !== undefined) {
    const lines = (await readText(posix.join(root, list))).split(/\r?\n/);
    return new Map(lines.map((name, index) => [String(index), name.trim()]));
  }
  throw invalid({
    what: 'There are no names of classes',
    where: root,
    expected: 'data.yaml with names, or classes.txt',
    reason: 'labels-missing',
    advice: 'Choose the folder that data.yaml is in',
  });
}

function parseYaml(text: string, where: string): unknown {
  try {
    // Aliases that would expand without end are refused by the parser.
    return parse(text);
  } catch (cause) {
    if (isFoveateError(cause)) throw cause;
    const what = `The file is not YAML: ${String(cause).split('\n')[0] ?? ''}`;
    throw invalid({ what, where, reason: 'yaml-broken', cause });
  }
}

/** Parts become lines; holes are joined to their outline by cuts. */
async function write(
  path: string,
  images: AsyncIterable<MaskedImage> | Iterable<MaskedImage>,
  options: WriteOptions = {},
): Promise<Written> {
  const folder = new OutputFolder(path);
  const classes = new Map<string, number>();
  let [count, objects] = [0, 0];
  for await (const image of images) {
    const { width, height, masks } = orientedMasks(image, options.orientation ?? yolo.orientation);
    const lines = masks.flatMap(({ label, mask }) => {
      const number = classes.get(label) ?? classes.size;
      classes.set(label, number);
      objects++;
      const { parts } = polygonsOf(mask, options.simplify);
      if (parts.length === 0) {
        options.report?.(emptyMaskOf(label, image.file));
      }
      return parts.map((part) => [
        number,
        ...joinedRing(part).flatMap(([x, y]) => [share(x, width), share(y, height)]),
      ]);
    });
    await folder.write(
      `labels/${stemOf(image.file)}.txt`,
      lines.map((line) => `${line.join(' ')}\n`).join(''),
      image.file,
    );
    count++;
  }
  const names = Object.fromEntries([...classes].map(([name, number]) => [number, name]));
  await folder.write('data.yaml', stringify({ path: '.', train: 'images', val: 'images', names }), 'data.yaml');
  return { images: count, objects };
}

/** Nine decimals: corners come back within a ten-thousandth of a pixel, and pixels' centres are halves away. */
function share(value: number, size: number): number {
  return Math.round((value / size) * 1e9) / 1e9;
}
