/** What `foveate masks propose` does. */
import type { ProposedImage } from '@foveate/pipeline';
import { defaultRunner } from '../runner.js';
import { printFact } from '../terminal/fact.js';
import { follow } from '../terminal/follow.js';
import { quoted } from '../terminal/quoted.js';
import { printTable } from '../terminal/table.js';
import { colours, note, print, printJson } from '../terminal/terminal.js';
import { counted } from './masks-shared.js';

/** Options of `masks propose`. */
export interface ProposeFlags {
  readonly name: readonly string[];
  readonly threshold?: number;
  readonly smoothing?: number;
  readonly fillHoles?: boolean;
  readonly least?: number;
  readonly largest?: number;
  readonly replace?: boolean;
  readonly review?: string;
  readonly json?: boolean;
}

/** Images and faults that are shown. */
const shown = 10;

/** Proposes masks. */
export async function propose(
  store: string,
  network: string,
  globs: readonly string[],
  { name, replace = false, review, json, ...flags }: ProposeFlags,
): Promise<void> {
  const { threshold, smoothing, fillHoles, least, largest } = flags;
  const finish = Object.fromEntries(
    Object.entries({ threshold, smoothing, fillHoles, least, largest }).filter(([, value]) => value !== undefined),
  );
  const areas = name.length === 0 ? undefined : name;
  const options = { globs, areas, replace, review, finish };
  const result = await follow((stop) => defaultRunner().proposeMasks(store, network, { ...options, ...stop }));
  if (json === true) {
    printJson(result, 2);
    return;
  }
  const { images, done, leftOut } = result;
  showImages(images);
  const yellow = colours(process.stderr).yellow;
  for (const { path, message } of leftOut.slice(0, shown)) note(yellow(`Left out: ${path}: ${message}`));
  if (leftOut.length > shown) note(yellow(`… and ${String(leftOut.length - shown)} more`));
  printFact('Network', result.network);
  printFact('Proposed', `masks of ${counted(images.length, 'image')}; ${counted(done, 'image')} needed none`);
  if (review !== undefined && images.length > 0) printFact('Pictures', review);
  if (images.length === 0) return;
  print(`\nLook at the least certain first. What is right:\n  foveate masks accept ${quoted(store)} --source network --confidence 0.9 --by you`); // prettier-ignore
}

function showImages(images: readonly ProposedImage[]): void {
  if (images.length === 0) return;
  const rows = images.flatMap(({ path, areas }) =>
    Object.entries(areas).map(([area, { confidence, inside }]) => [
      path,
      area,
      confidence.toFixed(2),
      `${(100 * inside).toFixed(1)}%`,
    ]),
  );
  printTable(['image', 'area', 'confidence', 'inside'], rows.slice(0, shown));
  if (rows.length > shown) print(`… and ${counted(rows.length - shown, 'mask')} more certain`);
  print();
}
