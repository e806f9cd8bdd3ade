/**
 * CVAT for images 1.1: one XML file. Coordinates are pixels, (0, 0) the outer corner of the first one, of the upright image:
 * CVAT turns images by EXIF when they are uploaded. Masks are run lengths of a box, row by row.
 */
import type { Mask } from '@foveate/contracts';
import { writeAtomically } from '@foveate/contracts/node';
import type { Point } from '@foveate/image';
import { invalid } from '../files/invalid.js';
import { escapeXml, xmlElements, type XmlElement } from '../files/xml.js';
import { cropped } from '../geometry/crop.js';
import { polygonsOf } from '../geometry/outline.js';
import { polygon, rectangle } from '../geometry/polygons.js';
import { orientedMasks } from '../masks-of.js';
import type { AnnotatedImage, MaskedImage, Shape } from '../model.js';
import { Objects } from '../objects.js';
import { runsOf } from '../run-lengths/draw-runs.js';
import type { Format, ReadOptions, WriteOptions, Written } from './format.js';
import { eachImage } from './reading.js';

/** CVAT for images 1.1. */
export const cvat: Format = {
  id: 'cvat',
  title: 'CVAT for images 1.1',
  target: 'file',
  orientation: 'upright',
  needsImages: false,
  read,
  write,
};

async function* read(path: string, options: ReadOptions = {}): AsyncGenerator<AnnotatedImage> {
  const report = options.report ?? (() => undefined);
  for await (const element of xmlElements(path, ['image'])) {
    yield* eachImage(report, `${path}:${element.line}`, () => {
      const file = element.attributes['name'] ?? '';
      if (file === '') throw invalid({ what: "An 'image' has no name", where: `${path}:${element.line}` });
      const size = { width: number(element, 'width'), height: number(element, 'height') };
      const orientation = options.orientation ?? cvat.orientation;
      const objects = new Objects({ file, ...size, orientation, where: path }, report);
      for (const child of element.children) {
        objects.attempt(child.attributes['label'] ?? '', `line ${child.line}`, () => shapeOf(child));
      }
      return objects.image;
    });
  }
}

function shapeOf(element: XmlElement): Shape {
  if (element.attributes['label'] === undefined) throw invalid({ what: `'${element.name}' has no label` });
  switch (element.name) {
    case 'polygon':
      return polygon(points(element));
    case 'box': {
      const corners: [Point, Point] = [[number(element, 'xtl'), number(element, 'ytl')], [number(element, 'xbr'), number(element, 'ybr')]]; // prettier-ignore
      return rectangle(...corners, number(element, 'rotation', 0));
    }
    case 'ellipse':
      return {
        kind: 'ellipse',
        x: number(element, 'cx'),
        y: number(element, 'cy'),
        radiusX: number(element, 'rx'),
        radiusY: number(element, 'ry'),
        angle: number(element, 'rotation', 0),
      };
    case 'mask':
      return {
        kind: 'runs',
        left: number(element, 'left'),
        top: number(element, 'top'),
        width: number(element, 'width'),
        height: number(element, 'height'),
        by: 'row',
        lengths: (element.attributes['rle'] ?? '').split(',').map(Number),
      };
    default:
      throw invalid({
        what: `A '${element.name}' is no area`,
        expected: 'polygon, box, ellipse or mask',
        reason: 'shape-unsupported',
      });
  }
}

function number({ name, attributes }: XmlElement, key: string, missing?: number): number {
  const text = attributes[key];
  if (text === undefined && missing !== undefined) return missing;
  const value = text === undefined || text.trim() === '' ? NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw invalid({
    what: `The attribute '${key}' of '${name}' is no number`,
    got: text === undefined ? 'none' : JSON.stringify(text.slice(0, 40)),
    reason: 'annotation-invalid',
  });
}

function points(element: XmlElement): readonly Point[] {
  const pairs = (element.attributes['points'] ?? '').split(';').map((pair) => pair.split(',').map(Number));
  return pairs.map(([x = NaN, y = NaN]): Point => [x, y]);
}

async function write(
  path: string,
  images: AsyncIterable<MaskedImage> | Iterable<MaskedImage>,
  options: WriteOptions = {},
): Promise<Written> {
  let [count, objects] = [0, 0];
  async function* chunks() {
    yield '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n';
    for await (const image of images) {
      const { width, height, masks } = orientedMasks(image, options.orientation ?? cvat.orientation);
      yield `  <image id="${count++}" name="${escapeXml(image.file)}" width="${width}" height="${height}">\n`;
      for (const { label, mask } of masks) {
        objects++;
        for (const line of elementsOf(escapeXml(label), mask, options)) yield `    ${line}\n`;
      }
      yield '  </image>\n';
    }
    yield '</annotations>\n';
  }
  await writeAtomically(path, chunks());
  return { images: count, objects };
}

/** Polygons, or a mask where there are holes or nothing, which CVAT's polygons cannot say. */
function elementsOf(label: string, mask: Mask, { simplify }: WriteOptions): readonly string[] {
  const { parts } = polygonsOf(mask, simplify);
  const common = `label="${label}" source="manual" occluded="0" z_order="0"`;
  if (parts.length > 0 && parts.every((part) => part.length === 1)) {
    return parts.map(([ring = []]) => {
      return `<polygon ${common} points="${ring.map(([x, y]) => `${x},${y}`).join(';')}"></polygon>`;
    });
  }
  const { left, top, mask: part } = cropped(mask);
  const rle = runsOf(part).lengths.join(', ');
  const box = `left="${left}" top="${top}" width="${part.width}" height="${part.height}"`;
  return [`<mask ${common} rle="${rle}" ${box}></mask>`];
}
