/** The masks of a store that are meant. */
import { fail, nearestNames } from '@foveate/contracts';
import { pathMatcher } from './root-images.js';
import type { MaskEntry, MaskKind, MaskStatus, MaskStore } from '@foveate/mask-store';

/** Which masks are meant. */
export interface MaskChoice {
  readonly kind?: MaskKind;
  /** Of areas, or types of defect. Default: all. */
  readonly names?: readonly string[];
  /** Default `accepted`. */
  readonly status?: MaskStatus | 'all';
  /** Of paths of images below the image root. None: all images. */
  readonly globs?: readonly string[];
}

/**
 * The newest revisions that are meant, by image.
 * @throws FoveateError `CONFIG_INVALID` for a name that no mask of the store has, naming those like it
 */
export function chosenMasks(
  store: MaskStore,
  { kind, names = [], status = 'accepted', globs = [] }: MaskChoice,
): ReadonlyMap<string, readonly MaskEntry[]> {
  const entries = [...store.entries(kind === undefined ? {} : { kind })];
  const wanted = new Set(names.map((name) => name.normalize('NFC')));
  const known = [...new Set(entries.map(({ name }) => name))];
  for (const name of wanted) if (!known.includes(name)) throw noSuchName(store, name, known);
  const isThere = pathMatcher(globs);
  const chosen = new Map<string, MaskEntry[]>();
  for (const entry of entries) {
    const isMeant =
      (wanted.size === 0 || wanted.has(entry.name)) &&
      (status === 'all' || entry.status === status) &&
      isThere(store.image(entry.image)?.path ?? '');
    if (!isMeant) continue;
    const before = chosen.get(entry.image);
    if (before === undefined) chosen.set(entry.image, [entry]);
    else before.push(entry);
  }
  return chosen;
}

function noSuchName(store: MaskStore, name: string, known: readonly string[]) {
  const [near] = nearestNames(name, known);
  return fail({
    code: 'CONFIG_INVALID',
    what: 'No mask of the store has this name',
    where: store.folder,
    expected: known.slice(0, 20).join(', ') || 'a store that has masks',
    got: `'${name}'`,
    advice: near === undefined ? `'foveate masks stats' lists what there is` : `Did you mean '${near}'?`,
  });
}
