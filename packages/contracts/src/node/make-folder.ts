import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

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
