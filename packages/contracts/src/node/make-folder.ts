import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and the parents that are missing. (Node's recursive `mkdir` never returns where the parent exists and
 * the system answers ENOENT all the same, as under /proc, and it reports a read-only disk as ENOENT.)
 * @returns the topmost folder that was made; undefined if all were there
 * @throws the system's own error, for example with code `EROFS`
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  try {
    await mkdir(path);
    return path;
  } catch (cause) {
    if (await isFolder(path)) return undefined;
    const parent = dirname(path);
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT' || (await isFolder(parent))) throw cause;
    const top = await makeFolder(parent);
    const made = await makeFolder(path);
    return top ?? made;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
