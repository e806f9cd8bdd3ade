/**
 * LabelMe (wkentaro/labelme): a JSON file beside each image. Coordinates are pixels, (0, 0) the outer corner of the first
 * one, of the upright image: LabelMe turns images by EXIF when it opens them. `imageData`, a copy of the image, is ignored.
 */
import { posix } from 'node:path';
import type { Mask } from '@foveate/contracts';
import { decodeImage, encodePng, type Point } from '@foveate/image';
import { z } from 'zod';
import { checked, invalid } from '../files/invalid.js';
import { readJson } from '../files/json.js';
import { OutputFolder } from '../files/output.js';
import { stemOf } from '../files/image-folder.js';
import { cropped } from '../geometry/crop.js';
import { polygonsOf } from '../geometry/outline.js';
import { polygon, rectangle } from '../geometry/polygons.js';
import { orientedMasks } from '../masks-of.js';
import type { AnnotatedImage, MaskedImage, Shape } from '../model.js';
import { Objects } from '../objects.js';
import { runsOf } from '../run-lengths/draw-runs.js';
import type { Format, ReadOptions, WriteOptions, Written } from './format.js';
import { emptyMaskOf } from './label-image.js';
import { eachImage, filesOf } from './reading.js';

const shapeSchema = z.looseObject({
  label: z.string(),
  points: z.array(z.tuple([z.number(), z.number()])),
  shape_type: z.string().nullish(),
  mask: z.string().nullish(),
});
const fileSchema = z.looseObject({
  shapes: z.array(shapeSchema),
  imagePath: z.string().min(1),
  imageHeight: z.int().min(1),
  imageWidth: z.int().min(1),
});

/** LabelMe's JSON files. */
export const labelme: Format = {
  id: 'labelme',
  title: 'LabelMe',
  target: 'file or folder',
  orientation: 'upright',
  needsImages: false,
  read,
  write,
};

async function* read(path: string, options: ReadOptions = {}): AsyncGenerator<AnnotatedImage> {
  const report = options.report ?? (() => undefined);
  const { root, files } = await filesOf(path, /\.json$/i);
  for (const file of files) {
    const where = posix.join(root, file);
    yield* eachImage(report, where, async () => {
      const json = checked(fileSchema, await readJson(where), where);
      // Names are relative to the JSON file and may have been written on Windows.
      const name = posix.join(posix.dirname(file), json.imagePath.replaceAll('\\', '/'));
      const size = { width: json.imageWidth, height: json.imageHeight };
      const orientation = options.orientation ?? labelme.orientation;
      const objects = new Objects({ file: name, ...size, orientation, where }, report);
      for (const [index, shape] of json.shapes.entries()) {
        const place = `shapes[${index}]`;
        try {
          objects.add(shape.label, await shapeOf(shape, `${where} ${place}`), place);
        } catch (error) {
          objects.leaveOutFor(place, error);
        }
      }
      return objects.image;
    });
  }
}

async function shapeOf({ points, shape_type: type, mask }: z.infer<typeof shapeSchema>, where: string): Promise<Shape> {
  const [first, second] = points;
  // The first version had polygons alone and did not say so.
  if (type === undefined || type === null || type === 'polygon') return polygon(points);
  if (type === 'rectangle' && first !== undefined && second !== undefined) {
    return points.length === 4 ? polygon(points) : rectangle(first, second);
  }
  if (type === 'circle' && first !== undefined && second !== undefined) {
    const radius = Math.hypot(second[0] - first[0], second[1] - first[1]);
    return { kind: 'ellipse', x: first[0], y: first[1], radiusX: radius, radiusY: radius, angle: 0 };
  }
  if (type === 'mask' && first !== undefined && typeof mask === 'string') {
    const { width, height, channels, data } = await decodeImage(Buffer.from(mask, 'base64'), { name: `${where} mask` });
    const inside = new Uint8Array(width * height);
    // LabelMe counts whatever is not zero.
    for (let at = 0; at < data.length; at++) if (data[at] !== 0) inside[Math.floor(at / channels)] = 255;
    const runs = runsOf({ width, height, channels: 1, data: inside });
    return { ...runs, left: Math.round(first[0]), top: Math.round(first[1]) };
  }
  throw invalid({
    what: `A shape of the type '${type}' is no area, or lacks its points`,
    where,
    expected: 'polygon, rectangle, circle or mask',
    got: `${type} of ${points.length} points`,
    reason: 'shape-unsupported',
  });
}

async function write(
  path: string,
  images: AsyncIterable<MaskedImage> | Iterable<MaskedImage>,
  options: WriteOptions = {},
): Promise<Written> {
  const folder = new OutputFolder(path);
  let [count, objects] = [0, 0];
  for await (const image of images) {
    const { width, height, masks } = orientedMasks(image, options.orientation ?? labelme.orientation);
    const shapes: unknown[] = [];
    for (const [index, { label, mask }] of masks.entries()) {
      const written = await shapesOf(mask, options);
      shapes.push(...written.map((shape) => ({ label, group_id: index + 1, description: '', flags: {}, ...shape })));
      objects++;
      if (written.length > 0) continue;
      options.report?.(emptyMaskOf(label, image.file));
    }
    const json = { version: '5.5.0', flags: {}, shapes, imagePath: posix.basename(image.file), imageData: null, imageHeight: height, imageWidth: width }; // prettier-ignore
    await folder.write(`${stemOf(image.file)}.json`, `${JSON.stringify(json, undefined, 1)}\n`, image.file);
    count++;
  }
  return { images: count, objects };
}

/** Polygons, or a mask where there are holes, which polygons of LabelMe cannot have. */
async function shapesOf(mask: Mask, { simplify }: WriteOptions): Promise<readonly object[]> {
  const { parts } = polygonsOf(mask, simplify);
  if (parts.every((part) => part.length === 1)) {
    return parts.map(([ring]) => ({ shape_type: 'polygon', points: ring, mask: null }));
  }
  const { left, top, mask: part } = cropped(mask);
  const points: readonly Point[] = [[left, top], [left + part.width - 1, top + part.height - 1]]; // prettier-ignore
  return [{ shape_type: 'mask', points, mask: Buffer.from(await encodePng(part)).toString('base64') }];
}
