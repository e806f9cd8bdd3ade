/** Files that are there in full or not at all. */
import { fail } from '../errors.js';
import { makeFolder } from './make-folder.js';
import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const advice: Readonly<Record<string, string>> = {
  ENOSPC: 'Free some space on the disk, then go on with --resume',
  EDQUOT: 'Free some space within your quota, then go on with --resume',
  EROFS: 'The disk is read-only; choose another output folder',
  EACCES: 'Grant write permission or choose another output folder',
  EPERM: 'Grant write permission or choose another output folder',
};

/**
 * A name beside `path` for what is not finished yet. Nobody can guess it, and no two processes, machines or containers that
 * share the folder come to the same one.
 */
export function temporaryPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(8).toString('hex')}.tmp`);
}

/** Whether a file name is one of {@link temporaryPath}, or one that versions before it used. */
export function isTemporaryName(name: string): boolean {
  return /^\..+\.(?:[0-9a-f]{16}|\d+)\.tmp$/.test(name);
}

/**
 * Writes beside `path`, flushes to the disk, then renames: whoever reads `path`, at whatever moment the process or the
 * machine stops, finds the old content or the new. Makes the folder when it is missing. A link at `path` is replaced, not
 * followed. Content that comes in pieces is written as it comes. (The package write-file-atomic ignores short writes, so on a full disk it puts a cut file in place of a good one.)
 * @throws FoveateError `OUTPUT_UNWRITABLE` naming the file, or what `content` throws; the old content is untouched
 */
export async function writeAtomically(
  path: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array | string>,
): Promise<void> {
  const temporary = temporaryPath(path);
  let fromContent: unknown;
  try {
    await makeFolder(dirname(path));
    // Exclusive: what lies there, a link above all, is never written through.
    const file = await open(temporary, 'wx');
    try {
      if (typeof content === 'string' || content instanceof Uint8Array) await file.writeFile(content);
      // Each goes on where the one before has ended.
      else for await (const piece of watched(content, (error) => (fromContent = error))) await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    if (cause === fromContent) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw fail({
      code: 'OUTPUT_UNWRITABLE',
      where: path,
      what: 'File cannot be written',
      got: code,
      advice: advice[code] ?? 'Check the disk and the output folder',
      cause,
    });
  }
}

/** The same, with somebody told of an error on the way: it is none of writing. */
async function* watched<T>(content: AsyncIterable<T>, failed: (error: unknown) => void): AsyncGenerator<T> {
  try {
    yield* content;
  } catch (error) {
    failed(error);
    throw error;
  }
}
