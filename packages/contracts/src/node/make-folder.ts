import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail } from '../errors.js';

/**
 * Makes a folder and the parents that are missing. (Node's recursive `mkdir` never returns where the parent exists and
 * the system answers ENOENT all the same, as under /proc, and it reports a read-only disk as ENOENT.)
 * @returns the topmost folder that was made; undefined if all were there
 * @throws the system's own error, for example with code `EROFS`
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  const cause = await attempt(path);
  if (cause === undefined) return path;
  if (await isFolder(path)) return undefined;
  if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
  const parent = dirname(path);
  const top = (await isFolder(parent)) ? undefined : await makeFolder(parent);
  // Another call may have made the parent in between, or the folder itself.
  const again = await attempt(path);
  if (again === undefined) return top ?? path;
  if (await isFolder(path)) return top;
  throw again;
}

/** As {@link makeFolder}. @throws FoveateError `OUTPUT_UNWRITABLE` */
export async function makeOutputFolder(path: string): Promise<string | undefined> {
  return makeFolder(path).catch((cause: unknown) => {
    const { code } = cause as NodeJS.ErrnoException;
    throw fail({
      code: 'OUTPUT_UNWRITABLE',
      what: 'The folder cannot be made',
      where: path,
      got: code === 'EEXIST' || code === 'ENOTDIR' ? 'a file where a folder is needed' : (code ?? String(cause)),
      advice: 'Choose another folder',
      cause,
    });
  });
}

/** @returns the error where the folder could not be made */
function attempt(path: string): Promise<unknown> {
  return mkdir(path).then(
    () => undefined,
    (error: unknown) => error,
  );
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
