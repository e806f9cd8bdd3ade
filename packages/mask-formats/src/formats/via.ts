/**
 * VGG Image Annotator 2: JSON, exported annotations or a whole project. Coordinates are pixels of the image as the browser
 * shows it, upright, (0, 0) the outer corner of the first one. Image sizes are not in the file.
 */
import { writeAtomically } from '@foveate/contracts/node';
import type { Point } from '@foveate/image';
import { z } from 'zod';
import { checked, invalid } from '../files/invalid.js';
import { readJson } from '../files/json.js';
import { joinedRing, polygonsOf } from '../geometry/outline.js';
import { polygon, rectangle } from '../geometry/polygons.js';
import { orientedMasks } from '../masks-of.js';
import type { AnnotatedImage, MaskedImage, Shape } from '../model.js';
import { Objects } from '../objects.js';
import type { Format, ReadOptions, WriteOptions, Written } from './format.js';
import { emptyMaskOf } from './label-image.js';
import { eachImage, imagesOf, sizeOf } from './reading.js';

const regionSchema = z.looseObject({
  shape_attributes: z.looseObject({ name: z.string() }),
  region_attributes: z.record(z.string(), z.unknown()).default({}),
});
const entrySchema = z.looseObject({
  filename: z.string().min(1),
  // Version 1 numbered them.
  regions: z.union([z.array(regionSchema), z.record(z.string(), regionSchema)]).default([]),
});
const numbers = z.array(z.number());
const polygonSchema = z.looseObject({ all_points_x: numbers, all_points_y: numbers });
const rectSchema = z.looseObject({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });
const circleSchema = z.looseObject({ cx: z.number(), cy: z.number(), r: z.number() });
const ellipseSchema = z.looseObject({
  cx: z.number(),
  cy: z.number(),
  rx: z.number(),
  ry: z.number(),
  theta: z.number().default(0),
});

/** VGG Image Annotator 2. */
export const via: Format = {
  id: 'via',
  title: 'VGG Image Annotator 2',
  target: 'file',
  orientation: 'upright',
  needsImages: true,
  read,
  write,
};

async function* read(path: string, options: ReadOptions = {}): AsyncGenerator<AnnotatedImage> {
  const report = options.report ?? (() => undefined);
  const images = imagesOf(options, via.id);
  const json = checked(z.record(z.string(), z.unknown()), await readJson(path), path);
  const project = json['_via_img_metadata'];
  const entries =
    project === undefined ? json : checked(z.record(z.string(), z.unknown()), project, `${path} _via_img_metadata`);
  for (const [key, value] of Object.entries(entries)) {
    const where = `${path} ${JSON.stringify(key)}`;
    yield* eachImage(report, where, async () => {
      const entry = checked(entrySchema, value, where);
      const orientation = options.orientation ?? via.orientation;
      const size = await sizeOf(images.find(entry.filename), images, orientation);
      const objects = new Objects({ file: entry.filename, ...size, orientation, where }, report);
      for (const [index, region] of Object.entries(entry.regions)) {
        const place = `regions[${index}]`;
        const label = labelOf(region.region_attributes, options.attribute);
        if (label === undefined) objects.leaveOut(place, 'label-missing', 'none of its attributes is a label');
        else objects.attempt(label, place, () => shapeOf(region.shape_attributes, `${where} ${place}`));
      }
      return objects.image;
    });
  }
}

/** Attributes that hold labels where nobody says which one does. */
const usual = ['label', 'class', 'name', 'type'];

function labelOf(attributes: Readonly<Record<string, unknown>>, attribute: string | undefined): string | undefined {
  const keys = Object.keys(attributes);
  const key = attribute ?? usual.find((name) => name in attributes) ?? (keys.length === 1 ? keys[0] : undefined);
  const value = key === undefined ? undefined : attributes[key];
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value !== 'object' || value === null) return undefined;
  // Checkboxes; of several that are set none is the label.
  const set = Object.entries(value).filter(([, on]) => on === true);
  return set.length === 1 ? set[0]?.[0] : undefined;
}

function shapeOf(attributes: { readonly name: string; readonly [key: string]: unknown }, where: string): Shape {
  switch (attributes.name) {
    case 'polygon': {
      const { all_points_x: xs, all_points_y: ys } = checked(polygonSchema, attributes, where);
      if (xs.length !== ys.length) {
        throw invalid({ what: 'A polygon has not as many x as y', got: `${xs.length} and ${ys.length}`, reason: 'shape-invalid' }); // prettier-ignore
      }
      return polygon(xs.map((x, index): Point => [x, ys[index] ?? NaN]));
    }
    case 'rect': {
      const { x, y, width, height } = checked(rectSchema, attributes, where);
      return rectangle([x, y], [x + width, y + height]);
    }
    case 'circle': {
      const { cx: x, cy: y, r } = checked(circleSchema, attributes, where);
      return { kind: 'ellipse', x, y, radiusX: r, radiusY: r, angle: 0 };
    }
    case 'ellipse': {
      const { cx: x, cy: y, rx: radiusX, ry: radiusY, theta } = checked(ellipseSchema, attributes, where);
      return { kind: 'ellipse', x, y, radiusX, radiusY, angle: (theta * 180) / Math.PI };
    }
    default:
      throw invalid({
        what: `A '${attributes.name}' is no area`,
        expected: 'polygon, rect, circle or ellipse',
        reason: 'shape-unsupported',
      });
  }
}

/** Parts become regions; holes are joined to their outline by cuts. */
async function write(
  path: string,
  images: AsyncIterable<MaskedImage> | Iterable<MaskedImage>,
  options: WriteOptions = {},
): Promise<Written> {
  let [count, objects] = [0, 0];
  async function* chunks() {
    yield '{';
    for await (const image of images) {
      const { masks } = orientedMasks(image, options.orientation ?? via.orientation);
      const regions = masks.flatMap(({ label, mask }) => {
        const { parts } = polygonsOf(mask, options.simplify);
        objects++;
        if (parts.length === 0) {
          options.report?.(emptyMaskOf(label, image.file));
        }
        return parts.map((part) => {
          const ring = joinedRing(part);
          const xs = { all_points_x: ring.map(([x]) => x), all_points_y: ring.map(([, y]) => y) };
          return { shape_attributes: { name: 'polygon', ...xs }, region_attributes: { label } };
        });
      });
      const entry = { filename: image.file, size: -1, regions, file_attributes: {} };
      yield `${count++ === 0 ? '' : ','}\n${JSON.stringify(`${image.file}-1`)}:${JSON.stringify(entry)}`;
    }
    yield '\n}\n';
  }
  await writeAtomically(path, chunks());
  return { images: count, objects };
}
