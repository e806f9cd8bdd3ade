import { lstatSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { fail } from '../errors.js';

/** Whether `inner` is `outer` or lies below it; both absolute, and real where links matter. */
export function isWithin(outer: string, inner: string): boolean {
  const path = relative(outer, inner);
  return !isAbsolute(path) && path !== '..' && !path.startsWith(`..${sep}`);
}

/**
 * The path of a file of a run folder. Such a folder may come from someone else, so nothing is read or written that lies
 * elsewhere: neither by a path that leads out nor by a link.
 * @param path relative to `folder`; need not exist
 * @throws FoveateError `RUN_INVALID` when it leads out of the folder
 */
export function resolveInside(folder: string, path: string): string {
  const where = join(folder, path);
  const outside = (got: string, advice: string) =>
    fail({ code: 'RUN_INVALID', what: 'A run folder refers to a file outside of it', where, got, advice });
  if (isAbsolute(path) || !isWithin(folder, where)) throw outside(path, 'Name a file of the folder');
  const advice = 'Put a copy of the file into the folder in place of the link';
  let real: string;
  try {
    real = realpathSync(where);
  } catch {
    // What is not there leads nowhere; a link to what is not there could be written through.
    if (lstatSync(where, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return where;
    throw outside('a link to nothing', advice);
  }
  if (!isWithin(realpathSync(folder), real)) throw outside(`a link to ${real}`, advice);
  return where;
}
