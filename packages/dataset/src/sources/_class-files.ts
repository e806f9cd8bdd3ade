/** Which files of a class are images, which are masks, and which are neither. */
import { join } from 'node:path';
import { fail, type Skip } from '@foveate/contracts';
import { list, stemOf } from './_files.js';

/** Where the masks of a class are: in `folder` (relative to the root), named `<stem><ending>`. */
export interface Companion {
  readonly folder: string;
  readonly ending: string;
}

/** A folder of images of one type and where their masks are. Folders are relative to the root and `/`-separated. */
export interface ClassPlaces {
  readonly folder: string;
  readonly type: string;
  readonly mask?: Companion;
  readonly aoi?: Companion;
}

/** Files of a class. Paths are relative to the root; masks are keyed by the stem of the image they belong to. */
export interface ClassFiles {
  readonly images: readonly { readonly stem: string; readonly path: string }[];
  readonly masks: ReadonlyMap<string, string>;
  readonly areas: ReadonlyMap<string, string>;
  /** Broken links and files that are none of these. */
  readonly skips: readonly Skip[];
}

type Role = 'image' | 'mask' | 'aoi';

/**
 * Sorts the files of a class by their endings. Where two fit the longer one counts: `_mask.png` before `.png`.
 * @throws FoveateError `PATH_MISSING` without the class folder, `DATA_INSUFFICIENT` without an image in it
 */
export async function classFiles(one: ClassPlaces, root: string, imageEndings: readonly string[]): Promise<ClassFiles> {
  const images: { stem: string; path: string }[] = [];
  const masks = new Map<string, string>();
  const areas = new Map<string, string>();
  const skips: Skip[] = [];

  const rolesByFolder = new Map<string, [Role, string][]>([[one.folder, imageEndings.map((e) => ['image', e])]]);
  for (const role of ['mask', 'aoi'] as const) {
    const companion = one[role];
    if (companion === undefined) continue;
    rolesByFolder.set(companion.folder, [...(rolesByFolder.get(companion.folder) ?? []), [role, companion.ending]]);
  }
  for (const [folder, roles] of rolesByFolder) {
    const listing = await list(join(root, folder));
    if (listing === undefined && folder === one.folder) throw missing(one, root);
    for (const name of listing?.brokenLinks ?? []) {
      skips.push({ path: `${folder}/${name}`, reason: 'link-broken', message: `The link ${name} leads nowhere` });
    }
    for (const name of listing?.files ?? []) {
      const path = `${folder}/${name}`;
      const [role, stem] = roleOf(name, roles) ?? [];
      if (role === undefined || stem === undefined) {
        const message = `${name} does not end in ${roles.map(([, ending]) => ending).join(' or ')}`;
        skips.push({ path, reason: 'file-unused', message });
      } else if (role === 'image') images.push({ stem, path });
      else (role === 'mask' ? masks : areas).set(stem, path);
    }
  }
  if (images.length === 0) throw noImages(one, root, imageEndings);
  return { images, masks, areas, skips };
}

function roleOf(name: string, roles: readonly [Role, string][]): [Role, string] | undefined {
  let best: [Role, string] | undefined;
  for (const [role, ending] of roles) {
    const stem = stemOf(name, ending);
    if (stem !== undefined && (best === undefined || stem.length < best[1].length)) best = [role, stem];
  }
  return best;
}

function missing(one: ClassPlaces, root: string) {
  return fail({
    code: 'PATH_MISSING',
    what: `The folder of class '${one.type}' does not exist`,
    where: join(root, one.folder),
    advice: 'Check the path; root is relative to the configuration file, class folders are relative to root',
  });
}

function noImages(one: ClassPlaces, root: string, endings: readonly string[]) {
  return fail({
    code: 'DATA_INSUFFICIENT',
    what: `The class '${one.type}' has no images`,
    where: join(root, one.folder),
    expected: `files that end in ${endings.join(' or ')}`,
    advice: 'Folders are not searched for further folders: name the one that holds the images',
  });
}
