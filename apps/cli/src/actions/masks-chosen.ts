/** What `foveate masks` does to many masks: lists, accepts and rejects them. */
import { fail } from '@foveate/contracts';
import { openMaskStore } from '@foveate/mask-store';
import type { EntryFilter, MaskEntry, MaskStatus, MaskStore } from '@foveate/mask-store';
import { reviewMasks } from '@foveate/mask-tasks';
import picomatch from 'picomatch';
import { printFact } from '../terminal/fact.js';
import { follow } from '../terminal/follow.js';
import { printTable } from '../terminal/table.js';
import { note, print, printJson } from '../terminal/terminal.js';
import { counted, imageName, refuseNothing, showLeftOut, withPath } from './masks-shared.js';

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
  if (entries.length === 0 && (globs.length > 0 || Object.keys(options).length > 0))
    note(whyNothing(store, globs, options));
}

/** Draws pictures of masks. */
export async function review(
  folder: string,
  out: string,
  globs: readonly string[],
  { json, ...options }: ListOptions,
): Promise<void> {
  const store = await openMaskStore(folder);
  const entries = chosen(store, globs, options);
  if (entries.length === 0) throw nothingChosen(store, globs, options);
  const result = await follow((task) => reviewMasks(store, entries, out, task));
  if (json === true) printJson(result, 2);
  else {
    printFact('Pictures', `${String(result.images)} in ${out}`);
    showLeftOut(result.leftOut);
  }
  refuseNothing(result.images, folder, { ...result, what: 'No picture could be drawn' });
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
  if (entries.length === 0) note(whyNothing(store, globs, { status: 'proposed', ...filter }));
}

/** The filter that leaves nothing, in words: the first one without which there would be masks. */
function whyNothing(store: MaskStore, globs: readonly string[], options: FilterOptions): string {
  const { confidence, ...filter } = options;
  if (confidence !== undefined) {
    const sure = chosen(store, globs, filter).map(({ provenance }) => provenance.confidence ?? 0);
    if (sure.length > 0) return `The highest confidence of the ${counted(sure.length, 'mask')} is ${Math.max(...sure).toFixed(3)}`; // prettier-ignore
  }
  if (globs.length > 0 && chosen(store, [], filter).length > 0) {
    return `No image with such a mask has a path like ${globs.join(', ')}; paths are relative to ${store.imageRoot}`;
  }
  for (const key of ['name', 'author', 'source', 'kind', 'status'] as const) {
    const { [key]: value, ...others } = filter;
    const there = [...new Set(chosen(store, [], others).map((entry) => valueOf(entry, key)))].filter((text) => text !== undefined); // prettier-ignore
    if (value === undefined || there.length === 0) continue;
    return `No mask of the others has the ${key} '${value}': there are ${there.slice(0, 10).join(', ')}`;
  }
  return "The store has no such mask; 'foveate masks stats' counts what there is";
}

function valueOf(entry: MaskEntry, key: 'name' | 'author' | 'source' | 'kind' | 'status'): string | undefined {
  return key === 'author' || key === 'source' ? entry.provenance[key] : entry[key];
}

function nothingChosen(store: MaskStore, globs: readonly string[], options: FilterOptions) {
  return fail({ code: 'DATA_INSUFFICIENT', what: 'There is no such mask', where: store.folder, advice: whyNothing(store, globs, options) }); // prettier-ignore
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
