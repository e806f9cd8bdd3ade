/** What the commands of masks share. */
import { fail } from '@foveate/contracts';
import type { MaskEntry, MaskStore } from '@foveate/mask-store';
import type { LeftOut, MaskCount } from '@foveate/mask-tasks';
import { printTable } from '../terminal/table.js';
import { colours, note, print } from '../terminal/terminal.js';

/** An entry with where its image is. */
export function withPath(store: MaskStore, entry: MaskEntry): MaskEntry & { readonly path: string } {
  return { path: store.image(entry.image)?.path ?? '', ...entry };
}

/** What an image is called: its path, or the beginning of its hash where it has none. */
export function imageName(store: MaskStore, hash: string): string {
  const path = store.image(hash)?.path ?? '';
  return path === '' ? hash.slice(0, 12) : path;
}

/** Items by a key, each key where its first item stood. */
export function grouped<T>(items: Iterable<T>, keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

/** `1 mask`, `1,200 masks` */
export function counted(number: number, what: string): string {
  return `${number.toLocaleString('en-US')} ${what}${number === 1 ? '' : 's'}`;
}

/** Counts what was put into a store. */
export function showCounts(masks: readonly MaskCount[]): void {
  if (masks.length === 0) return;
  print();
  printTable(
    ['kind', 'name', 'added', 'changed', 'unchanged'],
    masks.map(({ kind, name, added, changed, unchanged }) => [
      kind,
      name,
      ...[added, changed, unchanged].map((count) => count.toLocaleString('en-US')),
    ]),
  );
}

const leftOutShown = 10;

/** Lists what was left out, by reason. */
export function showLeftOut({ counts, list }: LeftOut): void {
  if (list.length === 0) return;
  print(colours(process.stdout).yellow('\nLeft out'));
  const byReason = grouped(list, ({ reason }) => reason);
  for (const [reason, count] of Object.entries(counts)) {
    print(`  ${count.toLocaleString('en-US')} ${reason}`);
    for (const { path, message } of (byReason.get(reason) ?? []).slice(0, leftOutShown)) {
      print(`      ${message.includes(path) ? message : `${path}: ${message}`}`);
    }
    if (count > leftOutShown) print(`      … and ${(count - leftOutShown).toLocaleString('en-US')} more; --json lists them`); // prettier-ignore
  }
}

/** @throws FoveateError `DATA_INSUFFICIENT` where there is nothing; what was left out has been told */
export function refuseNothing(
  masks: number,
  where: string,
  { leftOut: { counts }, what, advice }: { readonly leftOut: LeftOut; readonly what: string; readonly advice?: string },
): void {
  if (masks > 0) return;
  const got = Object.entries(counts).map(([reason, count]) => `${String(count)} ${reason}`);
  throw fail({ code: 'DATA_INSUFFICIENT', what, where, got: got.join(', ') || 'nothing', ...(advice === undefined ? {} : { advice }) }); // prettier-ignore
}

/** Work that is done image by image: when it is stopped, what is done stays, and that is said. */
export async function goingOn<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    if (error instanceof Error && error.name === 'AbortError') note('What was put until now stays. The same command goes on from here.'); // prettier-ignore
    throw error;
  });
}
