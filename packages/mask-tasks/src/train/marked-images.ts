/** Images of a mask store whose areas people have accepted. */
import { fail, nearestNames, type Skip } from '@foveate/contracts';
import { readImage } from '@foveate/image';
import { hashImageFile, type MaskEntry, type MaskStore, type StoredImage } from '@foveate/mask-store';
import type { TrainingImage } from '@foveate/segmentation';
import { join } from 'node:path';

/** Which masks are meant. */
export interface MarkedOptions {
  /** Names of the areas; left out: all that have an accepted mask. */
  readonly areas?: readonly string[] | undefined;
  /**
   * Images whose paths have one text where this matches, or in its first group, are of one piece and are held out together.
   */
  readonly group?: RegExp | undefined;
}

/** An image with an accepted mask of every area. */
interface Marked {
  readonly image: StoredImage;
  readonly entries: readonly MaskEntry[];
}

/** Images that have them all, and why others are left out. */
export interface MarkedImages {
  readonly areas: readonly string[];
  readonly count: number;
  readonly leftOut: readonly Skip[];
  /** One image after the other, read when it is asked for. */
  read(): AsyncGenerator<TrainingImage>;
}

/**
 * Images whose areas are all accepted. One that lacks an area is left out: nobody has said that the area is not there. (An
 * accepted mask without a pixel says so.)
 * @throws FoveateError `DATA_INSUFFICIENT` when there is none, `CONFIG_INVALID` for an area that no mask has
 */
export async function markedImages(store: MaskStore, { areas: wanted, group }: MarkedOptions): Promise<MarkedImages> {
  const byImage = new Map<string, MaskEntry[]>();
  const names = new Set<string>();
  for (const entry of store.entries({ kind: 'area', status: 'accepted' })) {
    names.add(entry.name);
    if (wanted?.includes(entry.name) === false) continue;
    byImage.set(entry.image, [...(byImage.get(entry.image) ?? []), entry]);
  }
  if (names.size === 0) throw noMasks(store);
  for (const name of wanted ?? []) if (!names.has(name)) throw unknownArea(name, [...names], store);
  const areas = [...new Set(wanted ?? names)].sort();
  const leftOut: Skip[] = [];
  const marked: Marked[] = [];
  for (const [hash, entries] of byImage) {
    const image = store.image(hash);
    if (image === undefined) continue;
    const missing = areas.filter((name) => !entries.some((entry) => entry.name === name));
    if (missing.length > 0) leftOut.push(lacking(image, missing));
    else if (await isThere(store, image)) marked.push({ image, entries });
    else leftOut.push(gone(image));
  }
  if (marked.length === 0) throw noneWhole(store, areas, leftOut);
  return { areas, count: marked.length, leftOut, read: () => reading(store, marked, group) };
}

async function* reading(
  store: MaskStore,
  marked: readonly Marked[],
  group: RegExp | undefined,
): AsyncGenerator<TrainingImage> {
  for (const { image, entries } of marked) {
    const file = join(store.imageRoot, image.path);
    const areas: [string, TrainingImage['areas'][string]][] = [];
    for (const entry of entries) areas.push([entry.name, await store.read(entry)]);
    const piece = group === undefined ? undefined : pieceOf(image.path, group);
    yield {
      id: image.hash,
      image: await readImage(file),
      areas: Object.fromEntries(areas),
      ...(piece === undefined ? {} : { group: piece }),
    };
  }
}

function pieceOf(path: string, group: RegExp): string | undefined {
  const found = group.exec(path);
  return found === null ? undefined : (found[1] ?? found[0]);
}

function lacking({ path }: StoredImage, missing: readonly string[]): Skip {
  return { path, reason: 'area-missing', message: `It has no accepted mask of ${missing.join(', ')}` };
}

function gone({ path }: StoredImage): Skip {
  const message =
    'It is not there, or not the image that its masks were drawn on; foveate masks check --update finds renamed ones';
  return { path, reason: 'image-changed', message };
}

async function isThere(store: MaskStore, { path, hash }: StoredImage): Promise<boolean> {
  if (path === '') return false;
  return hashImageFile(join(store.imageRoot, path)).then(
    (found) => found === hash,
    () => false,
  );
}

function noneWhole(store: MaskStore, areas: readonly string[], [first]: readonly Skip[]) {
  return fail({
    code: 'DATA_INSUFFICIENT',
    what: `No image has an accepted mask of ${areas.length === 1 ? '' : 'all of '}${areas.slice(0, 20).join(', ')}`,
    where: store.folder,
    ...(first === undefined ? {} : { got: `${first.path}: ${first.message}` }),
    advice: areas.length === 1 ? 'Run foveate masks check' : 'Name the area that is to be learnt with --name',
  });
}

function noMasks(store: MaskStore) {
  const proposed = [...store.entries({ kind: 'area', status: 'proposed' })].length;
  return fail({
    code: 'DATA_INSUFFICIENT',
    what: 'The mask store has no accepted mask of an area to learn from',
    where: store.folder,
    ...(proposed === 0 ? {} : { got: `${String(proposed)} masks that are only proposed` }),
    advice:
      proposed === 0
        ? 'Draw masks of some ten images and import them: foveate masks import --help'
        : 'Look at them and accept those that are right: foveate masks accept --help',
  });
}

function unknownArea(name: string, names: readonly string[], store: MaskStore) {
  const [near] = nearestNames(name, names);
  const proposed = [...store.entries({ kind: 'area', name, status: 'proposed' })].length;
  return fail({
    code: 'CONFIG_INVALID',
    what: `No accepted mask is of an area '${name}'`,
    where: store.folder,
    expected: names.join(', '),
    ...(proposed === 0 ? {} : { got: `${String(proposed)} masks that are only proposed` }),
    ...(proposed > 0
      ? { advice: `Accept those that are right: foveate masks accept --name ${name}` }
      : near === undefined
        ? {}
        : { advice: `Did you mean '${near}'?` }),
  });
}
