/**
 * Pascal VOC: index PNGs in `SegmentationClass`, whose colours or numbers are classes, and in `SegmentationObject`, which tell
 * objects apart; and XML files in `Annotations`, whose boxes are read where there is no such PNG. Colours of classes are in
 * `labelmap.txt`, as CVAT writes it; without it the twenty classes of VOC hold. Pixels are those that the file stores: the
 * development kit does not know EXIF. Corners of boxes are pixels that belong to them, counted from 1.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stemOf } from '../files/image-folder.js';
import { checked, invalid } from '../files/invalid.js';
import { readIndexedPng } from '../files/indexed-png.js';
import { childText, xmlElements, type XmlElement } from '../files/xml.js';
import { rectangle } from '../geometry/polygons.js';
import type { AnnotatedImage, Report } from '../model.js';
import { Objects } from '../objects.js';
import { runsByNumber } from '../run-lengths/label-runs.js';
import { readImage } from '@foveate/image';
import { z } from 'zod';
import type { Format, LegendEntry, ReadOptions } from './format.js';
import { labelPixels } from './label-image.js';
import { eachImage, filesOf, sizeFrom } from './reading.js';
import { readLabelMap, voidColour } from './voc-label-map.js';
import { writeVoc } from './voc-write.js';

/** Pascal VOC. */
export const voc: Format = {
  id: 'voc',
  title: 'Pascal VOC',
  target: 'folder',
  orientation: 'stored',
  needsImages: false,
  read,
  write: writeVoc,
};

const classes = 'SegmentationClass';
const boxes = 'Annotations';

async function* read(path: string, options: ReadOptions = {}): AsyncGenerator<AnnotatedImage> {
  const report = options.report ?? (() => undefined);
  const { files } = await filesOf(path, /\.(?:png|xml)$/i);
  const legend = await readLabelMap(path);
  const stems = (folder: string, extension: RegExp) =>
    files
      .filter((file) => file.startsWith(`${folder}/`) && extension.test(file))
      .map((file) => stemOf(file.slice(folder.length + 1)));
  const segmented = stems(classes, /\.png$/i);
  const boxed = stems(boxes, /\.xml$/i).filter((stem) => !segmented.includes(stem));
  if (segmented.length + boxed.length === 0) {
    throw invalid({ what: 'The folder is not of Pascal VOC', where: path, expected: `PNG files in ${classes} or XML files in ${boxes}`, reason: 'annotation-invalid' }); // prettier-ignore
  }
  for (const stem of segmented) {
    yield* eachImage(report, join(path, classes, `${stem}.png`), () =>
      readClasses(path, stem, legend, options, report),
    );
  }
  for (const stem of boxed) {
    const where = join(path, boxes, `${stem}.xml`);
    yield* eachImage(report, where, () => readBoxes(where, stem, options, report));
  }
}

async function readClasses(
  path: string,
  stem: string,
  legend: readonly LegendEntry[],
  options: ReadOptions,
  report: Report,
): Promise<AnnotatedImage> {
  const where = join(path, classes, `${stem}.png`);
  const { width, height, data } = await classNumbers(where, legend, report);
  // Images of VOC are JPEG files; the folder knows better.
  const file = options.images === undefined ? `${stem}.jpg` : options.images.findStem(stem);
  const objects = new Objects(
    { file, width, height, orientation: options.orientation ?? voc.orientation, where },
    report,
  );
  const whole = Uint32Array.from(data);
  const objectsFile = join(path, 'SegmentationObject', `${stem}.png`);
  const instances = existsSync(objectsFile) ? await readIndexedPng(objectsFile) : undefined;
  if (instances?.width === width && instances.height === height) {
    for (let at = 0; at < whole.length; at++)
      if (whole[at] !== 0) whole[at] = (whole[at] ?? 0) + 65536 * (instances.data[at] ?? 0);
  } else if (instances !== undefined) {
    report({ path: objectsFile, reason: 'mask-size', message: 'Objects are not told apart: the file is of another size than that of classes' }); // prettier-ignore
  }
  for (const [number, runs] of runsByNumber({ width, height, data: whole })) {
    const label = legend[(number % 65536) - 1]?.label ?? '';
    objects.add(label, runs, label);
  }
  return objects.image;
}

/** For each pixel the number of an entry of the legend, from 1; 0 for background and void. */
async function classNumbers(where: string, legend: readonly LegendEntry[], report: Report) {
  const indexed = await readIndexedPng(where);
  const place = (text: string) =>
    report({ path: where, reason: 'label-unknown', message: `Pixels are left out: ${text}` });
  if (indexed !== undefined && indexed.palette === undefined) {
    // Grey: numbers without colours, the first label being 1.
    const { width, height, data } = indexed;
    const unknown = new Set<number>();
    const numbers = Uint16Array.from(data, (value) => {
      const number = value === 255 || value === 0 ? 0 : 1 + legend.findIndex(({ index }) => index === value);
      if (number === 0 && value !== 0 && value !== 255) unknown.add(value);
      return number;
    });
    if (unknown.size > 0) place(`there are no classes ${[...unknown].slice(0, 5).join(', ')}`);
    return { width, height, data: numbers };
  }
  const image = await readImage(where);
  const { data, unknown } = labelPixels(image, [...legend, { label: '', colour: voidColour }], 0);
  if (unknown[0] !== undefined)
    place(`no class has the colour [${unknown[0].colour.join(', ')}], as ${unknown[0].pixels} of them`);
  return { width: image.width, height: image.height, data };
}

const coordinate = z.coerce.number();

async function readBoxes(where: string, stem: string, options: ReadOptions, report: Report): Promise<AnnotatedImage> {
  for await (const annotation of xmlElements(where, ['annotation'])) {
    const size = annotation.children.find(({ name }) => name === 'size');
    const side = (name: string) => {
      const value = Number(size === undefined ? 0 : childText(size, name));
      // Some tools write 0 for what they do not know.
      return value === 0 ? undefined : value;
    };
    const named = childText(annotation, 'filename');
    const file = named === undefined || named === '' ? `${stem}.jpg` : named;
    const orientation = options.orientation ?? voc.orientation;
    const known = await sizeFrom({ file, width: side('width'), height: side('height') }, options, orientation);
    const objects = new Objects({ file, ...known, orientation, where }, report);
    for (const element of annotation.children.filter(({ name }) => name === 'object')) {
      const label = childText(element, 'name') ?? '';
      const place = `line ${element.line}`;
      if (label === '') objects.leaveOut(place, 'label-missing', 'it has no name');
      else objects.attempt(label, place, () => boxOf(element, `${where} ${place}`));
    }
    return objects.image;
  }
  throw invalid({ what: "The file has no 'annotation'", where, reason: 'annotation-invalid' });
}

function boxOf(element: XmlElement, where: string) {
  const box = element.children.find(({ name }) => name === 'bndbox');
  if (box === undefined) throw invalid({ what: 'The object has no bndbox', where, reason: 'shape-missing' });
  const [left = 0, top = 0, right = 0, bottom = 0] = ['xmin', 'ymin', 'xmax', 'ymax'].map((name) =>
    checked(coordinate, childText(box, name) ?? 'none', `${where} ${name}`),
  );
  return rectangle([left - 1, top - 1], [right, bottom]);
}
