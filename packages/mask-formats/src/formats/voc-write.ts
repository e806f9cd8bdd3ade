/** Writes Pascal VOC. */
import { posix } from 'node:path';
import type { Mask } from '@foveate/contracts';
import { maskArea } from '@foveate/image';
import { stemOf } from '../files/image-folder.js';
import { encodeIndexedPng } from '../files/indexed-png.js';
import { invalid } from '../files/invalid.js';
import { Legend, paletteColour } from '../files/legend.js';
import { OutputFolder } from '../files/output.js';
import { escapeXml } from '../files/xml.js';
import { cropped } from '../geometry/crop.js';
import { orientedMasks, type OrientedMasks } from '../masks-of.js';
import type { MaskedImage } from '../model.js';
import type { WriteOptions, Written } from './format.js';
import { numbered } from './label-image.js';
import { labelMapFile } from './voc-label-map.js';

/** Class and object PNGs, boxes, and the list of classes. Overlaps belong to the first mask, which is reported. */
export async function writeVoc(
  path: string,
  images: AsyncIterable<MaskedImage> | Iterable<MaskedImage>,
  { orientation = 'stored', report }: WriteOptions = {},
): Promise<Written> {
  const folder = new OutputFolder(path);
  const legend = new Legend();
  const palette = Array.from({ length: 256 }, (_, index) => paletteColour(index));
  let [count, objects] = [0, 0];
  for await (const image of images) {
    const oriented = orientedMasks(image, orientation);
    if (oriented.masks.length > 254) {
      throw invalid({ what: 'The image has more masks than numbers of pixels', where: image.file, expected: 'at most 254', got: String(oriented.masks.length), reason: 'masks-too-many' }); // prettier-ignore
    }
    const stem = stemOf(image.file);
    const classes = numbered(oriented, (label) => legend.indexOf(label), image.file, report);
    const instances = numbered(oriented, (_, index) => index + 1, image.file, undefined);
    const png = (data: Uint8Array) => encodeIndexedPng({ ...oriented, data }, palette);
    await folder.write(`SegmentationClass/${stem}.png`, png(classes), image.file);
    await folder.write(`SegmentationObject/${stem}.png`, png(instances), image.file);
    await folder.write(`Annotations/${stem}.xml`, annotation(image.file, oriented), image.file);
    count++;
    objects += oriented.masks.length;
  }
  const lines = legend.entries.map(
    ({ label, colour }) => `${label.replaceAll(/[\r\n]/g, ' ')}:${colour.join(',')}::\n`,
  );
  await folder.write(
    labelMapFile,
    `# label:color_rgb:parts:actions\nbackground:0,0,0::\n${lines.join('')}`,
    labelMapFile,
  );
  return { images: count, objects };
}

function annotation(file: string, { width, height, masks }: OrientedMasks): string {
  const objects = masks.filter(({ mask }) => maskArea(mask) > 0).map(({ label, mask }) => objectOf(label, mask));
  const size = `<size><width>${width}</width><height>${height}</height><depth>3</depth></size>`;
  const folder = escapeXml(posix.dirname(file));
  return `<annotation>
  <folder>${folder}</folder>
  <filename>${escapeXml(posix.basename(file))}</filename>
  ${size}
  <segmented>1</segmented>
${objects.join('')}</annotation>
`;
}

function objectOf(label: string, mask: Mask): string {
  const { left, top, mask: part } = cropped(mask);
  const corners = `<xmin>${left + 1}</xmin><ymin>${top + 1}</ymin><xmax>${left + part.width}</xmax><ymax>${top + part.height}</ymax>`;
  return `  <object>
    <name>${escapeXml(label)}</name>
    <bndbox>${corners}</bndbox>
  </object>
`;
}
