/** What `foveate explain` does. */
import { basename, extname, join } from 'node:path';
import { fail } from '@foveate/contracts';
import type { ExplainedImage } from '@foveate/pipeline';
import { writeOverlay } from '@foveate/report/overlay';
import { defaultRunner } from '../runner.js';
import { follow } from '../terminal/follow.js';
import { percent } from '../terminal/format.js';
import { print, printJson } from '../terminal/terminal.js';
import { head, tellUnread, unreadLine, verdictAndScore } from './answers.js';
import { imageInputs, standardInputName } from './image-inputs.js';

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
    return numbered(count);
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

/** Options of `explain`. */
export interface ExplainOptions {
  readonly out?: string;
  readonly explainer?: readonly string[];
  readonly maxPixels?: number;
  readonly json?: boolean;
}

/** The files that are meant; a wrong name ends the command before its long work. */
async function filesOf(inputs: readonly string[]): Promise<readonly string[]> {
  const files = [];
  for await (const { name, error } of imageInputs(inputs)) {
    if (error !== undefined) throw error;
    if (name === standardInputName) {
      throw fail({
        code: 'CONFIG_INVALID',
        what: 'An image on standard input cannot be explained',
        expected: 'files, folders, patterns, or paths on standard input, one a line',
        advice: 'Save it as a file first',
      });
    }
    files.push(name);
  }
  return files;
}

/** Classifies images and writes where the network looks. */
export async function explain(
  run: string,
  inputs: readonly string[],
  { out = join(run, 'explained'), explainer: explainers, maxPixels, json }: ExplainOptions,
): Promise<void> {
  const files = await filesOf(inputs);
  const names = overlayNames(files);
  const results: object[] = [];
  let unread = 0;
  let shown: { readonly image: object | undefined; readonly index: number } = { image: undefined, index: -1 };
  const tell = (result: object, line: string) => {
    if (json !== true && results.length === 0) print(head('where it looks', 'image', 'heatmap'));
    if (json !== true) print(line);
    results.push(result);
  };
  await follow((stop) =>
    defaultRunner().explain(
      run,
      files,
      async (image) => {
        if (image.image !== shown.image) shown = { image: image.image, index: shown.index + 1 };
        const { file, explainer, score, defective, aoiShare, aoi } = image;
        const kind = explainers === undefined ? 'heatmap' : `${explainer}.heatmap`;
        const path = join(out, `${names[shown.index] ?? ''}.${kind}.png`);
        await writeOverlay(path, image);
        const aoiKnown = aoi !== undefined;
        const result = {
          file,
          explainer,
          score,
          defective,
          aoiShare,
          aoiKnown,
          emptyHeatmap: isCold(image),
          heatmap: path,
        };
        tell(result, `${verdictAndScore(image)}  ${whereItLooks(image)}  ${file}  ${path}`);
      },
      {
        ...stop,
        explainers,
        maxPixels,
        onUnread: (file, { message }) => {
          unread++;
          shown = { image: undefined, index: shown.index + 1 };
          tell({ file, error: message }, unreadLine(message));
        },
      },
    ),
  );
  if (json === true) printJson(results, 2);
  tellUnread(unread, files.length);
}
