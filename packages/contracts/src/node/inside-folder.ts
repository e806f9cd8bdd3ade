import { lstatSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
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
  // What is not there leads where the folder leads that it would be in.
  for (let part = where; isWithin(folder, part); part = dirname(part)) {
    let real: string;
    try {
      real = realpathSync(part);
    } catch {
      // A link to what is not there could be written through.
      if (lstatSync(part, { throwIfNoEntry: false })?.isSymbolicLink() === true)
        throw outside('a link to nothing', advice);
      continue;
    }
    if (isWithin(realpathSync(folder), real)) break;
    throw outside(`a link to ${real}`, advice);
  }
  return where;
}
