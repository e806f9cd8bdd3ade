/** Folder listings that do not depend on the platform: sorted by code unit, links followed, no recursion. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '@foveate/contracts';

/** Names in a folder. */
export interface Listing {
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** Links to nothing, or in a circle. */
  readonly brokenLinks: readonly string[];
}

/**
 * What lies in a folder, hidden files and the leavings of file browsers left out.
 * @returns undefined when there is no such folder
 * @throws FoveateError `PATH_MISSING` when it may not be read
 */
export async function list(folder: string): Promise<Listing | undefined> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
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
  });
  if (entries === undefined) return undefined;
  const files: string[] = [];
  const folders: string[] = [];
  const brokenLinks: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.') || /^(thumbs\.db|desktop\.ini)$/i.test(entry.name)) continue;
    const target = entry.isSymbolicLink() ? await stat(join(folder, entry.name)).catch(() => undefined) : entry;
    if (target === undefined) brokenLinks.push(entry.name);
    else if (target.isDirectory()) folders.push(entry.name);
    else if (target.isFile()) files.push(entry.name);
  }
  return {
    files: files.sort(byCodeUnit),
    folders: folders.sort(byCodeUnit),
    brokenLinks: brokenLinks.sort(byCodeUnit),
  };
}

/** Order of strings that is the same in every locale. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The part of `name` before `ending`, capitals ignored; undefined when it does not end so or nothing is left. */
export function stemOf(name: string, ending: string): string | undefined {
  const matches = name.length > ending.length && name.toLowerCase().endsWith(ending.toLowerCase());
  return matches ? name.slice(0, -ending.length) : undefined;
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
}
