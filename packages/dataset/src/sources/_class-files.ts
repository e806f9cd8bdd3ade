/** Which files of a class are images, which are masks, and which are neither. */
import { join, posix } from 'node:path';
import { fail, type Skip } from '@foveate/contracts';
import type { Disk } from './_disk.js';
import { walk, type Found, type WalkOptions } from './_files.js';
import { namePattern, type NamePattern } from './_names.js';

/** Where the masks of a class are: in `folder` (relative to the root), named by one of the patterns. */
export interface Companion {
  readonly folder: string;
  readonly names: readonly NamePattern[];
}

/** A folder of images of one type and where their masks are. Folders are relative to the root and `/`-separated. */
export interface ClassPlaces {
  readonly folder: string;
  readonly type: string;
  /** Whether folders in the folder are searched; masks in a folder of their own repeat them. */
  readonly recursive?: boolean;
  readonly mask?: Companion;
  readonly aoi?: Companion;
  /** True for a folder that was found and not named: without images it is left out. */
  readonly found?: boolean;
}

/** Files of a class. Paths are relative to the root; masks are keyed by the stem of the image they belong to. */
export interface ClassFiles {
  readonly images: readonly { readonly stem: string; readonly path: string }[];
  readonly masks: ReadonlyMap<string, readonly string[]>;
  readonly areas: ReadonlyMap<string, readonly string[]>;
  /** Broken links and files that are none of these. */
  readonly skips: readonly Skip[];
}

type Role = 'image' | 'mask' | 'aoi';

/** A companion by endings or patterns. */
export function companion(folder: string, ...names: readonly string[]): Companion {
  return { folder, names: names.map(namePattern) };
}

/**
 * Sorts the files of a class by their names. Where two patterns fit the more exact one counts: `_mask.png` before `.png`.
 * @throws FoveateError `PATH_MISSING` without the class folder, `DATA_INSUFFICIENT` without an image in it
 */
export async function classFiles(
  given: ClassPlaces,
  { root, disk }: { readonly root: string; readonly disk: Disk },
  images: readonly NamePattern[],
  realRoot: string | undefined,
): Promise<ClassFiles> {
  const one = await spelled(given, disk);
  const found = { image: [] as { stem: string; path: string }[], mask: new Map<string, string[]>(), aoi: new Map<string, string[]>() }; // prettier-ignore
  const skips: Skip[] = [];
  for (const [folder, roles] of rolesByFolder(one, images)) {
    const own = folder === one.folder;
    const deep = roles.some(([, { text }]) => text.includes('/'));
    const options: WalkOptions = { realRoot, recursive: one.recursive === true || (!own && deep), except: foldersOf(one, folder) }; // prettier-ignore
    const files: AsyncIterable<Found> | undefined = await walk(join(root, folder), options);
    if (files === undefined && own) throw missing(one, root);
    for await (const item of files ?? []) {
      const path = posix.join(folder, 'file' in item ? item.file : item.left);
      if ('left' in item) {
        skips.push({ path, reason: item.reason, message: item.why });
        continue;
      }
      const [role, stem] = roleOf(item.file, roles) ?? [];
      if (role === undefined || stem === undefined) skips.push(unused(path, roles));
      else if (role === 'image') found.image.push({ stem, path });
      else found[role].set(stem, [...(found[role].get(stem) ?? []), path]);
    }
  }
  if (found.image.length === 0) {
    if (one.found !== true) throw noImages(one, root, images);
    const message = `There are no images in the folder ${one.folder}`;
    return { images: [], masks: new Map(), areas: new Map(), skips: [{ path: one.folder, reason: 'folder-unused', message }, ...skips] }; // prettier-ignore
  }
  return { images: found.image, masks: found.mask, areas: found.aoi, skips };
}

/** The folders as the disk spells them. */
async function spelled(one: ClassPlaces, disk: Disk): Promise<ClassPlaces> {
  const there = async (place: Companion) => ({ ...place, folder: await disk.spelled(place.folder) });
  return {
    ...one,
    folder: await disk.spelled(one.folder),
    ...(one.mask === undefined ? {} : { mask: await there(one.mask) }),
    ...(one.aoi === undefined ? {} : { aoi: await there(one.aoi) }),
  };
}

function rolesByFolder(one: ClassPlaces, images: readonly NamePattern[]): Map<string, [Role, NamePattern][]> {
  const roles = new Map<string, [Role, NamePattern][]>([[one.folder, images.map((name) => ['image', name])]]);
  for (const role of ['mask', 'aoi'] as const) {
    const place = one[role];
    if (place === undefined) continue;
    roles.set(place.folder, [...(roles.get(place.folder) ?? []), ...place.names.map((name): [Role, NamePattern] => [role, name])]); // prettier-ignore
  }
  return roles;
}

/** Folders of masks that lie within another of the class's folders: they are walked on their own. */
function foldersOf({ mask, aoi }: ClassPlaces, within: string): ReadonlySet<string> {
  return new Set([mask, aoi].flatMap((place) => (place === undefined ? [] : [posix.relative(within, place.folder)])));
}

function roleOf(path: string, roles: readonly [Role, NamePattern][]): [Role, string] | undefined {
  let best: [Role, string] | undefined;
  for (const [role, name] of roles) {
    const stem = name.stemOf(path);
    if (stem !== undefined && (best === undefined || stem.length < best[1].length)) best = [role, stem];
  }
  return best;
}

function unused(path: string, roles: readonly [Role, NamePattern][]): Skip {
  const patterns = roles.map(([, { text }]) => text).join(' or ');
  return { path, reason: 'file-unused', message: `${posix.basename(path)} does not fit ${patterns}` };
}

function missing(one: ClassPlaces, root: string) {
  return fail({
    code: 'PATH_MISSING',
    what: `The folder of class '${one.type}' does not exist`,
    where: join(root, one.folder),
    advice: 'Check the path; root is relative to the configuration file, class folders are relative to root',
  });
}

function noImages(one: ClassPlaces, root: string, images: readonly NamePattern[]) {
  return fail({
    code: 'DATA_INSUFFICIENT',
    what: `The class '${one.type}' has no images`,
    where: join(root, one.folder),
    expected: `files that fit ${images.map(({ text }) => text).join(' or ')}`,
    ...(one.recursive === true
      ? {}
      : { advice: 'Folders in it are not searched: name the one that holds the images, or set recursive' }),
  });
}
