/** What `foveate masks` does to many masks: lists, accepts and rejects them. */
import { fail } from '@foveate/contracts';
import { openMaskStore } from '@foveate/mask-store';
import type { EntryFilter, MaskEntry, MaskStatus, MaskStore } from '@foveate/mask-store';
import picomatch from 'picomatch';
import { printTable } from '../terminal/table.js';
import { note, print, printJson } from '../terminal/terminal.js';
import { counted, imageName, withPath } from './masks-shared.js';

/** Options that choose masks. */
export interface FilterOptions extends Omit<EntryFilter, 'image'> {
  readonly confidence?: number;
}

/** Options of `masks list`. */
export interface ListOptions extends FilterOptions {
  readonly json?: boolean;
}

/** Lists masks. */
export async function list(folder: string, globs: readonly string[], options: ListOptions): Promise<void> {
  const store = await openMaskStore(folder);
  const entries = chosen(store, globs, options);
  if (options.json === true) {
    printJson(entries.map((entry) => withPath(store, entry)), 2); // prettier-ignore
    return;
  }
  showEntries(store, entries);
  note(`${entries.length === 0 ? '' : '\n'}${counted(entries.length, 'mask')}`);
}

/** Options of `masks accept` and `masks reject`. */
export interface JudgeOptions extends ListOptions {
  readonly by?: string;
  readonly all?: boolean;
  readonly dryRun?: boolean;
}

/** Sets the status of many masks. */
export async function judge(
  folder: string,
  globs: readonly string[],
  status: MaskStatus,
  { by, all, dryRun, json, ...filter }: JudgeOptions,
): Promise<void> {
  const isChosen = globs.length > 0 || Object.keys(filter).length > 0;
  if (!isChosen && all !== true) {
    throw fail({
      code: 'CONFIG_INVALID',
      what: 'It is not said which masks are meant',
      expected: 'a path, a filter such as --source network, or --all',
      advice: 'With --dry-run nothing is changed',
    });
  }
  const store = await openMaskStore(folder);
  const entries = chosen(store, globs, { status: 'proposed', ...filter });
  const meant = entries.filter((entry) => entry.status !== status);
  const changed = dryRun === true ? meant : await store.setStatuses(meant, status, by);
  if (json === true) {
    printJson(changed.map((entry) => withPath(store, entry)), 2); // prettier-ignore
    return;
  }
  if (dryRun === true) {
    showEntries(store, meant);
    print(`${meant.length === 0 ? '' : '\n'}${counted(meant.length, 'mask')} would be ${status}`);
  } else print(`${counted(changed.length, 'mask')} ${status}`);
}

/** @throws FoveateError `CONFIG_INVALID` for a glob that is none */
function chosen(store: MaskStore, globs: readonly string[], options: FilterOptions): readonly MaskEntry[] {
  const { confidence, kind, name, status, source, author } = options;
  const filter = Object.fromEntries(
    Object.entries({ kind, name, status, source, author }).filter(([, value]) => value !== undefined),
  ) as EntryFilter;
  const isMeant = globs.length === 0 ? () => true : picomatch(globs.map(plain), { dot: true });
  return [...store.entries(filter)].filter(
    (entry) =>
      (confidence === undefined || (entry.provenance.confidence ?? 0) >= confidence) &&
      (globs.length === 0 || isMeant(store.image(entry.image)?.path ?? '')),
  );
}

function plain(glob: string): string {
  return glob.replace(/^\.\//, '');
}

function showEntries(store: MaskStore, entries: readonly MaskEntry[]): void {
  if (entries.length === 0) return;
  printTable(
    ['image', 'mask', 'status', 'made by', 'inside', 'revision'],
    entries.map((entry) => {
      const { image, kind, name, status, inside, revision } = entry;
      const { width = 0, height = 0 } = store.image(image) ?? {};
      const part = `${((100 * inside) / (width * height)).toFixed(1)}%`;
      return [imageName(store, image), `${kind} ${name}`, status, maker(entry), part, String(revision)];
    }),
  );
}

/** `network 0.93, anna` */
function maker({ provenance: { source, confidence, author } }: MaskEntry): string {
  const sure = confidence === undefined ? '' : ` ${confidence.toFixed(2)}`;
  return `${source}${sure}${author === undefined ? '' : `, ${author}`}`;
}
