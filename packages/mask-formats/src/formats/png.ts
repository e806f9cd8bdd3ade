/**
 * Masks as PNG files of the upright image's size: a folder of binary masks for each label; or one picture for an image, whose
 * numbers or colours are labels by a legend. Files are named as their images, but for the extension.
 */
import { join } from 'node:path';
import { encodePng, maskArea, highestInMask, readImage, readMask } from '@foveate/image';
import { stemOf } from '../files/image-folder.js';
import { encodeIndexedPng, readIndexedPng } from '../files/indexed-png.js';
import { invalid } from '../files/invalid.js';
import { Legend, legendFile, paletteColour, readLegend } from '../files/legend.js';
import { fileNameOf, labelOf, OutputFolder } from '../files/output.js';
import { orientedMasks } from '../masks-of.js';
import type { AnnotatedImage, MaskedImage, Report } from '../model.js';
import { Objects } from '../objects.js';
import { runsOf } from '../run-lengths/draw-runs.js';
import { runsByNumber } from '../run-lengths/label-runs.js';
import type { Format, LegendEntry, ReadOptions, WriteOptions, Written } from './format.js';
import { coloured, labelPixels, numbered } from './label-image.js';
import { eachImage, filesOf } from './reading.js';

/** PNG masks. */
export const png: Format = {
  id: 'png',
  title: 'PNG masks',
  target: 'folder',
  orientation: 'upright',
  needsImages: false,
  read,
  write,
};

async function* read(path: string, options: ReadOptions = {}): AsyncGenerator<AnnotatedImage> {
  const report = options.report ?? (() => undefined);
  const legend = options.legend ?? (await readLegend(path));
  const { root, files } = await filesOf(path, /\.png$/i);
  if (legend === undefined) {
    yield* readBinary(root, files, options, report);
    return;
  }
  for (const file of files) {
    const where = join(root, file);
    yield* eachImage(report, where, () => readLabels(where, imageNameOf(file, options), legend, options, report));
  }
}

/** The image that a file is of. A mask `a_mask.png` is of `a`, unless an image `a_mask` is there. */
function imageNameOf(file: string, { images }: ReadOptions): string {
  if (images === undefined) return file;
  const stem = stemOf(file);
  try {
    return images.findStem(stem);
  } catch (error) {
    const plain = stem.replace(/_mask$/, '');
    if (plain === stem) throw error;
    return images.findStem(plain);
  }
}

async function* readBinary(
  root: string,
  files: readonly string[],
  options: ReadOptions,
  report: Report,
): AsyncGenerator<AnnotatedImage> {
  const byImage = new Map<string, { readonly label: string; readonly path: string }[]>();
  for (const file of files) {
    const slash = file.indexOf('/');
    if (slash < 0) {
      const message = 'A mask is left out: it lies in no folder, whose name would be its label, and there is no legend';
      report({ path: join(root, file), reason: 'label-missing', message });
      continue;
    }
    const name = file.slice(slash + 1);
    const entry = { label: labelOf(file.slice(0, slash)), path: join(root, file) };
    byImage.set(name, [...(byImage.get(name) ?? []), entry]);
  }
  for (const [name, masks] of byImage) {
    yield* eachImage(report, masks[0]?.path ?? root, async () => {
      let objects: Objects | undefined;
      for (const { label, path } of masks) {
        const mask = await readMask(path);
        if (maskArea(mask) === 0) await reportFaint(path, report);
        const { width, height } = mask;
        objects ??= new Objects(
          {
            file: imageNameOf(name, options),
            width,
            height,
            orientation: options.orientation ?? png.orientation,
            where: path,
          },
          report,
        );
        const { image } = objects;
        if (image.width === width && image.height === height) objects.add(label, runsOf(mask), label);
        else
          objects.leaveOut(
            path,
            'mask-size',
            `it has ${width}x${height} pixels and another mask ${image.width}x${image.height}`,
          );
      }
      return objects?.image;
    });
  }
}

/** Masks of 0 and 1 look empty, and are not meant to be. */
async function reportFaint(path: string, report: Report): Promise<void> {
  const { highest, of } = await highestInMask(path);
  if (highest === 0) return;
  const message = `The mask is taken for empty: its highest value is ${highest}, and inside is what is greater than half of ${of}`;
  report({ path, reason: 'mask-faint', message });
}

async function readLabels(
  where: string,
  file: string,
  legend: readonly LegendEntry[],
  options: ReadOptions,
  report: Report,
): Promise<AnnotatedImage> {
  const orientation = options.orientation ?? png.orientation;
  const byColour = legend.some(({ colour, index }) => colour !== undefined && index === undefined);
  if (!byColour) {
    const indexed = await readIndexedPng(where);
    if (indexed !== undefined) {
      const objects = new Objects({ file, width: indexed.width, height: indexed.height, orientation, where }, report);
      for (const [number, runs] of runsByNumber(indexed)) {
        const label = legend.find(({ index }) => index === number)?.label;
        if (label === undefined) objects.leaveOut(`number ${number}`, 'label-unknown', 'the legend has no such number');
        else if (label !== '') objects.add(label, runs, `number ${number}`);
      }
      return objects.image;
    }
    if (!legend.some(({ colour }) => colour !== undefined)) {
      throw invalid({ what: 'The picture has colours and the legend has none', where, reason: 'legend-wrong', advice: 'Give colours in the legend' }); // prettier-ignore
    }
  }
  const image = await readImage(where);
  const objects = new Objects({ file, width: image.width, height: image.height, orientation, where }, report);
  const { data, unknown } = labelPixels(image, legend, options.tolerance ?? 0);
  for (const [number, runs] of runsByNumber({ width: image.width, height: image.height, data })) {
    objects.add(legend[number - 1]?.label ?? '', runs, `number ${number}`);
  }
  const [most] = unknown;
  if (most !== undefined) {
    const total = unknown.reduce((sum, { pixels }) => sum + pixels, 0);
    const text = `${total} pixels of ${unknown.length} colours that the legend does not have, most of them [${most.colour.join(', ')}]`;
    report({ path: where, reason: 'colour-unknown', message: `Pixels are left out: ${text}` });
  }
  return objects.image;
}

async function write(
  path: string,
  images: AsyncIterable<MaskedImage> | Iterable<MaskedImage>,
  options: WriteOptions = {},
): Promise<Written> {
  const { layout = 'binary', report } = options;
  const folder = new OutputFolder(path);
  const legend = new Legend(options.legend);
  let [count, objects] = [0, 0];
  for await (const image of images) {
    const oriented = orientedMasks(image, options.orientation ?? png.orientation);
    const name = `${stemOf(image.file)}.png`;
    count++;
    objects += oriented.masks.length;
    if (layout === 'binary') {
      for (const { label, mask } of united(oriented.masks)) {
        await folder.write(`${fileNameOf(label)}/${name}`, await encodePng(mask), `${image.file} (${label})`);
      }
      continue;
    }
    const data = numbered(oriented, (label) => legend.indexOf(label), image.file, report);
    const colours = Array.from({ length: 256 }, (_, index) => paletteColour(index));
    for (const { index, colour } of legend.entries) colours[index] = colour;
    const bytes =
      layout === 'index'
        ? encodeIndexedPng({ ...oriented, data }, colours)
        : await encodePng(coloured(data, oriented, legend));
    await folder.write(name, bytes, image.file);
  }
  if (layout !== 'binary') await folder.write(legendFile, legend.toJson(layout), legendFile);
  return { images: count, objects };
}

/** One mask for each label. */
function united(masks: MaskedImage['masks']): MaskedImage['masks'] {
  const byLabel = new Map<string, MaskedImage['masks'][number]>();
  for (const one of masks) {
    const before = byLabel.get(one.label);
    const data =
      before === undefined ? undefined : before.mask.data.map((value, at) => value | (one.mask.data[at] ?? 0));
    byLabel.set(one.label, data === undefined ? one : { label: one.label, mask: { ...one.mask, data } });
  }
  return [...byLabel.values()];
}
