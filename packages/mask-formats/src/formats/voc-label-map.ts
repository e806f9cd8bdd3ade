/** Classes of Pascal VOC and their colours. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Colour } from '../files/indexed-png.js';
import { invalid } from '../files/invalid.js';
import { paletteColour } from '../files/legend.js';
import { readText } from '../files/open.js';
import type { LegendEntry } from './format.js';

/** Name of the file. */
export const labelMapFile = 'labelmap.txt';

/** Borders between objects, which belong to none. */
export const voidColour: Colour = [224, 224, 192];

const names = [
  'aeroplane', 'bicycle', 'bird', 'boat', 'bottle', 'bus', 'car', 'cat', 'chair', 'cow', 'diningtable', 'dog', 'horse',
  'motorbike', 'person', 'pottedplant', 'sheep', 'sofa', 'train', 'tvmonitor',
]; // prettier-ignore

/** A class with number and colour. */
export type LabelMapEntry = Required<LegendEntry>;

/**
 * The classes of a folder, without the background: those of `labelmap.txt`, lines `label:red,green,blue:parts:actions` that
 * are numbered from 1, or those of VOC.
 * @throws FoveateError `DATA_INVALID` naming the line
 */
export async function readLabelMap(folder: string): Promise<readonly LabelMapEntry[]> {
  const path = join(folder, labelMapFile);
  if (!existsSync(path)) return names.map((label, at) => ({ label, index: at + 1, colour: paletteColour(at + 1) }));
  const entries: LabelMapEntry[] = [];
  for (const [at, line] of (await readText(path)).split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, label, red, green, blue] = /^(.+?):(?:(\d+),(\d+),(\d+))?(?::.*)?$/.exec(line) ?? [];
    if (label === undefined) {
      throw invalid({ what: 'The line is no class', where: `${path}:${at + 1}`, expected: 'label:red,green,blue:parts:actions', got: JSON.stringify(line.slice(0, 60)), reason: 'annotation-invalid' }); // prettier-ignore
    }
    if (label === 'background') continue;
    const index = entries.length + 1;
    const colour = red === undefined ? paletteColour(index) : ([Number(red), Number(green), Number(blue)] as const);
    entries.push({ label, index, colour });
  }
  return entries;
}
