/** What the commands of masks share. */
import type { MaskEntry, MaskStore } from '@foveate/mask-store';

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
