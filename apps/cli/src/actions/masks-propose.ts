/** What `foveate masks propose` does. */
import { openMaskStore } from '@foveate/mask-store';
import { proposeMasks, type ProposedImage } from '@foveate/mask-tasks';
import { printFact } from '../terminal/fact.js';
import { follow } from '../terminal/follow.js';
import { quoted } from '../terminal/quoted.js';
import { printTable } from '../terminal/table.js';
import { print, printJson } from '../terminal/terminal.js';
import { counted, goingOn, refuseNothing, showLeftOut } from './masks-shared.js';

/** Options of `masks propose`. */
export interface ProposeFlags {
  readonly name: readonly string[];
  readonly threshold?: number;
  readonly smoothing?: number;
  readonly fillHoles?: boolean;
  readonly least?: number;
  readonly largest?: number;
  readonly replace?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Masks that are shown. */
const shown = 10;

/** Proposes masks. */
export async function propose(
  folder: string,
  network: string,
  globs: readonly string[],
  { name, replace = false, dryRun = false, json, ...flags }: ProposeFlags,
): Promise<void> {
  const { threshold, smoothing, fillHoles, least, largest } = flags;
  const finish = Object.fromEntries(
    Object.entries({ threshold, smoothing, fillHoles, least, largest }).filter(([, value]) => value !== undefined),
  );
  const areas = name.length === 0 ? undefined : name;
  const store = await openMaskStore(folder);
  const options = { globs, areas, replace, finish, dryRun };
  const result = await goingOn(follow((stop) => proposeMasks(store, network, { ...options, ...stop })));
  const { images, done, leftOut } = result;
  if (json === true) printJson({ ...result, dryRun }, 2);
  else {
    showImages(images);
    printFact('Network', result.network);
    printFact('Proposed', `masks of ${counted(images.length, 'image')}; ${counted(done, 'image')} needed none`);
    showLeftOut(leftOut);
    if (dryRun) print('\nNothing was changed');
    else if (images.length > 0) print(`\nLook at them, the least certain first, and accept what is right:\n  foveate masks review ${quoted(folder)} look --source network\n  foveate masks accept ${quoted(folder)} --source network --confidence 0.9 --by you`); // prettier-ignore
  }
  refuseNothing(images.length + done, folder, { leftOut, what: 'No image could be marked' });
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
