/** Paths that must not leave the data set. */
import { realpath } from 'node:fs/promises';
import { isAbsolute, posix, relative, resolve, sep } from 'node:path';

/**
 * A path as data names it, `/`-separated and relative to `root`, in its one spelling: `./a//b/` and `a\b` are `a/b`.
 * @param root absolute
 * @returns undefined when it leads out of the root; links are not looked at
 */
export function belowRoot(root: string, path: string): string | undefined {
  // Nearly every path there is, a million times.
  if (/^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/.test(path)) return path;
  // A backslash separates folders on Windows, and stands in no name that is to be read there.
  const given = path.replaceAll('\\', '/');
  const foreign = /^[a-z]:/i.test(given) && sep === '/';
  const below = isAbsolute(given) ? relative(root, resolve(given)).split(sep).join('/') : posix.normalize(given);
  if (foreign || posix.isAbsolute(below) || isAbsolute(below) || below === '..' || below.startsWith('../')) {
    return undefined;
  }
  return below.replace(/\/$/, '') || '.';
}

/** True when a path, its links resolved, is `realRoot` or lies below it. */
export function isInside(realRoot: string, realPath: string): boolean {
  return realPath === realRoot || realPath.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep);
}

/** The path with all links resolved; undefined when it leads nowhere or in a circle. */
export function resolved(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}
