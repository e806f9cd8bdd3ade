/** Puts masks into a store, and says what that changes. */
import { isFoveateError, type Mask } from '@foveate/contracts';
import type { MaskEntry, MaskKind, MaskStore, NewMask, StoredImage } from '@foveate/mask-store';

/** A mask that a task has put into a store, or would have. */
export interface PutMask {
  readonly kind: MaskKind;
  readonly name: string;
  /** `added`: the first of its key; `changed`: a further revision; `unchanged`: the store has it already. */
  readonly change: 'added' | 'changed' | 'unchanged';
}

/** How many masks of a kind and name. */
export interface MaskCount {
  readonly kind: MaskKind;
  readonly name: string;
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
}

/** Masks of the store that are in memory at once, to be compared. */
const readAtOnce = 4;

/**
 * Puts the masks of one image into a store, all or none of them; those that it has already are not put again. What was rejected
 * or accepted stays so when the same pixels come again.
 * @param options.dryRun whether it is only said what would change
 * @param options.keepAccepted as of `MaskStore.put`
 * @throws FoveateError as `MaskStore.put`
 */
export async function putMasks(
  store: MaskStore,
  image: StoredImage,
  masks: readonly NewMask[],
  { dryRun, keepAccepted = false }: { readonly dryRun: boolean; readonly keepAccepted?: boolean },
): Promise<readonly PutMask[]> {
  // Others may have written meanwhile.
  await store.refresh();
  const { wanted, changes } = await comparedMasks(store, image, masks);
  if (wanted.length > 0 && !dryRun) await store.put(image, wanted, { keepAccepted });
  return changes;
}

/** What putting masks would change, and those that would be put. @throws FoveateError as `MaskStore.read` */
export async function comparedMasks(
  store: MaskStore,
  image: StoredImage,
  masks: readonly NewMask[],
): Promise<{ readonly wanted: readonly NewMask[]; readonly changes: readonly PutMask[] }> {
  const wanted: NewMask[] = [];
  const changes: PutMask[] = [];
  const changeOf = async (one: NewMask): Promise<PutMask['change']> => {
    const before = store.find({ image: image.hash, kind: one.kind, name: one.name });
    if (before === undefined) return 'added';
    return !raises(before, one) && (await holds(store, before, one.mask)) ? 'unchanged' : 'changed';
  };
  for (let from = 0; from < masks.length; from += readAtOnce) {
    const some = masks.slice(from, from + readAtOnce);
    const found = await Promise.all(some.map(changeOf));
    for (const [at, one] of some.entries()) {
      const change = found[at] as PutMask['change'];
      if (change !== 'unchanged') wanted.push(one);
      changes.push({ kind: one.kind, name: one.name.normalize('NFC'), change });
    }
  }
  return { wanted, changes };
}

/** Counts masks by kind and name. */
export class MaskCounts {
  readonly #counts = new Map<string, Record<PutMask['change'], number> & Pick<PutMask, 'kind' | 'name'>>();

  add(masks: readonly PutMask[]): void {
    for (const { kind, name, change } of masks) {
      const key = `${kind} ${name}`;
      const count = this.#counts.get(key) ?? { kind, name, added: 0, changed: 0, unchanged: 0 };
      count[change]++;
      this.#counts.set(key, count);
    }
  }

  /** In order of kind and name. */
  get list(): readonly MaskCount[] {
    return [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
  }
}

/** Whether the new mask is accepted where the same pixels were only proposed. */
function raises(before: MaskEntry, { status }: NewMask): boolean {
  return before.status === 'proposed' && status === 'accepted';
}

async function holds(store: MaskStore, entry: MaskEntry, mask: Mask): Promise<boolean> {
  if (entry.inside !== insideOf(mask)) return false;
  // A mask whose file is damaged is put again.
  const before = await store.read(entry).catch((error: unknown) => {
    if (isFoveateError(error) && error.code === 'DATA_INVALID') return undefined;
    throw error;
  });
  if (before === undefined) return false;
  const { width, height, data } = before;
  return width === mask.width && height === mask.height && Buffer.compare(data, mask.data) === 0;
}

function insideOf({ data }: Mask): number {
  let inside = 0;
  for (const value of data) if (value !== 0) inside++;
  return inside;
}
