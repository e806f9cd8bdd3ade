/** What `foveate masks import` and `foveate masks export` do. */
import { openMaskStore } from '@foveate/mask-store';
import { exportMasks, importMasks } from '@foveate/mask-tasks';
import type { ExportOptions as ExportTask, ImportOptions as ImportTask, UnknownLabel } from '@foveate/mask-tasks';
import { printFact } from '../terminal/fact.js';
import { follow } from '../terminal/follow.js';
import { printTable } from '../terminal/table.js';
import { colours, print, printJson } from '../terminal/terminal.js';
import { counted, goingOn, refuseNothing, showCounts, showLeftOut } from './masks-shared.js';

/** Options of `masks import`. */
export interface ImportOptions extends Omit<ImportTask, 'path'> {
  readonly json?: boolean;
}

/** Imports annotations. @throws FoveateError `DATA_INSUFFICIENT` where no mask was found, after it was told why */
export async function importFrom(folder: string, path: string, { json, ...options }: ImportOptions): Promise<void> {
  const store = await openMaskStore(folder);
  const result = await goingOn(follow((task) => importMasks(store, { ...options, path, ...task })));
  const { format, images, masks, leftOut, unknown } = result;
  const isDry = options.dryRun === true;
  if (json === true) printJson({ ...result, dryRun: isDry }, 2);
  else {
    printFact('Format', format);
    printFact('Images', images.toLocaleString('en-US'));
    showCounts(masks);
    showLeftOut(leftOut);
    showUnknown(unknown);
    if (isDry) print('\nNothing was changed');
  }
  refuseNothing(masks.length, path, {
    leftOut,
    what: 'No mask was found to import',
    advice: 'Check --format, the image root of the store, and --only; pictures of colours need a --legend',
  });
}

function showUnknown(unknown: readonly UnknownLabel[]): void {
  if (unknown.length === 0) return;
  print(colours(process.stdout).yellow('\nLabels that do not occur'));
  for (const { label, near } of unknown) {
    print(`  '${label}'${near.length === 0 ? '' : `; did you mean '${near.slice(0, 3).join("' or '")}'?`}`);
  }
}

/** Options of `masks export`. */
export interface ExportOptions extends Omit<ExportTask, 'path' | 'names' | 'globs'> {
  readonly name: readonly string[];
  readonly json?: boolean;
}

/** Exports masks. */
export async function exportTo(
  folder: string,
  path: string,
  globs: readonly string[],
  { name, json, ...options }: ExportOptions,
): Promise<void> {
  const store = await openMaskStore(folder);
  const result = await follow((task) => exportMasks(store, { ...options, names: name, globs, path, ...task }));
  const { images, masks, leftOut, others } = result;
  const isDry = options.dryRun === true;
  if (json === true) {
    printJson({ ...result, dryRun: isDry }, 2);
    return;
  }
  printFact(isDry ? 'Would write' : 'Written', path);
  printFact('Images', images.toLocaleString('en-US'));
  if (masks.length > 0) {
    print();
    printTable(['kind', 'name', 'masks'], masks.map(({ kind, name, masks: count }) => [kind, name, count.toLocaleString('en-US')])); // prettier-ignore
  }
  showLeftOut(leftOut);
  if (others > 0) print(colours(process.stdout).yellow(`\n${counted(others, 'file')} of the folder are not from this export and stay`)); // prettier-ignore
}
