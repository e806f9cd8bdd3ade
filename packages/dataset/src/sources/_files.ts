/** Folder listings that do not depend on the platform: sorted by code unit, links followed within bounds. */
import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, isFoveateError } from '@foveate/contracts';
import { byCodeUnit } from '../_order.js';
import { isInside, resolved } from './_paths.js';

/** Names in a folder. */
export interface Listing {
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** Links to nothing, or in a circle. */
  readonly brokenLinks: readonly string[];
  /** Pipes, sockets and devices, which are never read. */
  readonly others: readonly string[];
  /** Names among `folders` that are links. */
  readonly linkedFolders: ReadonlySet<string>;
}

/** What file browsers, archives and systems leave in folders. */
const leavings =
  /^(\.|(thumbs\.db|ehthumbs\.db|desktop\.ini|icon\r|__macosx|@eadir|#recycle|\$recycle\.bin|system volume information|lost\+found|__pycache__)$)/i;

/**
 * What lies in a folder, hidden files and the leavings of file browsers left out.
 * @returns undefined when there is no such folder
 * @throws FoveateError `PATH_MISSING` when it may not be read
 */
export async function list(folder: string): Promise<Listing | undefined> {
  const files: string[] = [];
  const folders: string[] = [];
  const brokenLinks: string[] = [];
  const others: string[] = [];
  const linkedFolders = new Set<string>();
  try {
    for await (const entry of await opendir(folder, { bufferSize: 512 })) {
      if (leavings.test(entry.name)) continue;
      const link = entry.isSymbolicLink();
      const target = link ? await stat(join(folder, entry.name)).catch(() => undefined) : entry;
      if (target === undefined) brokenLinks.push(entry.name);
      else if (target.isFile()) files.push(entry.name);
      else if (target.isDirectory()) {
        folders.push(entry.name);
        if (link) linkedFolders.add(entry.name);
      } else others.push(entry.name);
    }
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined;
    throw fail({
      code: 'PATH_MISSING',
      what: 'The folder cannot be read',
      where: folder,
      got: code,
      advice: 'Check its permissions',
      cause: error,
    });
  }
  return {
    files: files.sort(byCodeUnit),
    folders: folders.sort(byCodeUnit),
    brokenLinks: brokenLinks.sort(byCodeUnit),
    others: others.sort(byCodeUnit),
    linkedFolders,
  };
}

/** A file of a walk, or what it left out; paths are relative to where it began, `/`-separated. */
export type Found =
  { readonly file: string } | { readonly left: string; readonly reason: string; readonly why: string };

/** How far a walk goes. */
export interface WalkOptions {
  /** With resolved links; links that lead out of it are left out. undefined: links may lead anywhere. */
  readonly realRoot: string | undefined;
  /** Whether folders in the folder are searched. */
  readonly recursive: boolean;
  /** Folders that are not entered, relative to where the walk begins. */
  readonly except?: ReadonlySet<string>;
}

/**
 * The files of a folder in the order of their paths, one folder held at a time.
 * @returns undefined when there is no such folder
 * @throws FoveateError `PATH_MISSING` when it may not be read; folders in it that may not are left out
 */
export async function walk(folder: string, options: WalkOptions): Promise<AsyncIterable<Found> | undefined> {
  const [listing, real] = [await list(folder), await resolved(folder)];
  if (listing === undefined || real === undefined) return undefined;
  return enter(folder, '', listing, [real], options);
}

async function* enter(
  folder: string,
  prefix: string,
  listing: Listing,
  ancestors: readonly string[],
  options: WalkOptions,
): AsyncGenerator<Found> {
  const [broken, others] = [new Set(listing.brokenLinks), new Set(listing.others)];
  // With its slash a folder stands where its paths do.
  const folders = options.recursive ? listing.folders.map((name) => `${name}/`) : [];
  for (const name of [...listing.files, ...listing.brokenLinks, ...listing.others, ...folders].sort(byCodeUnit)) {
    const path = prefix + name;
    if (broken.has(name)) {
      yield { left: path, reason: 'link-broken', why: `The link ${name} leads nowhere` };
    } else if (others.has(name)) {
      yield { left: path, reason: 'not-a-file', why: `${name} is a pipe, a socket or a device` };
    } else if (!name.endsWith('/')) {
      yield { file: path };
    } else if (options.except?.has(path.slice(0, -1)) !== true) {
      yield* enterFolder(folder, prefix, name.slice(0, -1), listing, ancestors, options);
    }
  }
}

async function* enterFolder(
  folder: string,
  prefix: string,
  name: string,
  parent: Listing,
  ancestors: readonly string[],
  options: WalkOptions,
): AsyncGenerator<Found> {
  const [path, full] = [prefix + name, join(folder, name)];
  const real = parent.linkedFolders.has(name) ? await resolved(full) : join(ancestors.at(-1) ?? '', name);
  if (real === undefined || ancestors.includes(real)) {
    yield { left: path, reason: 'link-loop', why: `The link ${name} leads back to a folder that holds it` };
  } else if (options.realRoot !== undefined && !isInside(options.realRoot, real)) {
    yield { left: path, reason: 'outside-root', why: `The link ${name} leads out of the data set, to ${real}` };
  } else {
    const listing = await list(full).catch((error: unknown) => (isFoveateError(error) ? error : Promise.reject(error)));
    if (isFoveateError(listing)) yield { left: path, reason: 'folder-unreadable', why: listing.message };
    else if (listing !== undefined) yield* enter(full, `${path}/`, listing, [...ancestors, real], options);
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
}
