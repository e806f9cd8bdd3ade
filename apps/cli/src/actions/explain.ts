/** What `foveate explain` does. */
import { basename, extname, join } from 'node:path';
import type { ExplainedImage } from '@foveate/pipeline';
import { writeOverlay } from '@foveate/pipeline';
import { defaultRunner } from '../runner.js';
import { follow } from '../terminal/follow.js';
import { percent } from '../terminal/format.js';
import { colours, print, printJson } from '../terminal/terminal.js';

/** A file name for each image, none of them twice, also where capitals or the Unicode form do not count. */
function overlayNames(files: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return files.map((file) => {
    const name = basename(file, extname(file));
    const numbered = (count: number) => `${name}${count === 1 ? '' : `-${String(count)}`}`;
    const key = (count: number) => numbered(count).normalize('NFC').toLowerCase();
    let count = 1;
    while (taken.has(key(count))) count++;
    taken.add(key(count));
    return `${numbered(count)}.heatmap.png`;
  });
}

/** True when no place speaks for a defect. */
function isCold({ heatmap }: ExplainedImage): boolean {
  return heatmap.data.every((value) => value === 0);
}

/** Where the network looks, or why that is no figure. */
function whereItLooks(image: ExplainedImage): string {
  const { aoiShare, aoi } = image;
  if (isCold(image)) return 'empty heatmap, no place speaks for a defect';
  if (aoi === undefined || aoiShare === null) return 'area of interest not known';
  return `${percent(aoiShare)} of the heatmap in the AOI`;
}

function describe(image: ExplainedImage, path: string): string {
  const { green, red } = colours(process.stdout);
  const { file, score, defective } = image;
  const word = defective ? red('defective') : green('good     ');
  return `${word}  ${percent(score).padStart(6)} defective  ${whereItLooks(image)}  ${file}\n           ${path}`;
}

/** Options of `explain`. */
export interface ExplainOptions {
  readonly out?: string;
  readonly maxPixels?: number;
  readonly json?: boolean;
}

/** Classifies images and writes where the network looks. */
export async function explain(
  run: string,
  files: readonly string[],
  { out = join(run, 'explained'), maxPixels, json }: ExplainOptions,
): Promise<void> {
  const names = overlayNames(files);
  const results: object[] = [];
  await follow((stop) =>
    defaultRunner().explain(
      run,
      files,
      async (image) => {
        const path = join(out, names[results.length] ?? '');
        await writeOverlay(path, image);
        if (json !== true) print(describe(image, path));
        const { file, score, defective, aoiShare, aoi } = image;
        const aoiKnown = aoi !== undefined;
        results.push({ file, score, defective, aoiShare, aoiKnown, emptyHeatmap: isCold(image), heatmap: path });
      },
      { ...stop, maxPixels },
    ),
  );
  if (json === true) printJson(results, 2);
}
