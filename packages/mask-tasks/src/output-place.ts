/** Where an export is written: beside its place first, so that nobody finds half of it. */
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fail, isFoveateError, type FoveateError } from '@foveate/contracts';
import { makeFolder, resolveInside } from '@foveate/contracts/node';

/** A place for a file, or for a folder of files. */
export interface OutputPlace {
  readonly path: string;
  readonly target: 'file' | 'folder';
  /** Whether what is there may be replaced: a file, or the files of a folder that have the names of new ones. */
  readonly overwrite: boolean;
  /** Whether nothing is left there. */
  readonly dryRun: boolean;
}

/**
 * Lets a file or folder be written elsewhere, and puts it in its place when all of it is there.
 * @param write gets the path that is to be written
 * @returns what `write` returned, and the number of files that were in the folder before and stay
 * @throws FoveateError `OUTPUT_EXISTS` before anything is written, `OUTPUT_UNWRITABLE`
 */
export async function writeInPlace<T>(
  place: OutputPlace,
  write: (path: string) => Promise<T>,
): Promise<{ readonly result: T; readonly others: number }> {
  const path = resolve(place.path);
  checkPlace(path, place);
  const staging = await stagingFor(path, place);
  try {
    const staged = join(staging, 'new');
    const result = await write(staged);
    return { result, others: place.dryRun ? 0 : await move(staged, path, place) };
  } catch (error) {
    // Nobody is to look for the folder that it was to be made in.
    throw isFoveateError(error) && error.code === 'OUTPUT_UNWRITABLE'
      ? unwritable(path, error, error.parts.got)
      : error;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

function checkPlace(path: string, { target, overwrite }: OutputPlace): void {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory();
  if (isFolder === undefined) return;
  if (isFolder !== (target === 'folder')) {
    const [expected, got] = isFolder ? ['a file', 'a folder'] : ['a folder', 'a file'];
    throw fail({ code: 'OUTPUT_EXISTS', what: 'The format cannot be written there', where: path, expected, got, advice: 'Choose another name' }); // prettier-ignore
  }
  if (overwrite) return;
  const what = isFolder ? 'There is a folder already' : 'There is a file already';
  throw fail({
    code: 'OUTPUT_EXISTS',
    what,
    where: path,
    advice: 'Choose another name, or replace it with --overwrite',
  });
}

/** A folder beside the place, hidden; of a dry run elsewhere. */
async function stagingFor(path: string, { dryRun }: OutputPlace): Promise<string> {
  try {
    if (dryRun) return await mkdtemp(join(tmpdir(), 'foveate-'));
    await makeFolder(dirname(path));
    return await mkdtemp(join(dirname(path), '.foveate-'));
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/** @returns the number of files that stay as they were */
async function move(staged: string, path: string, { target }: OutputPlace): Promise<number> {
  try {
    if (target === 'folder' && !existsSync(staged)) await makeFolder(staged);
    if (target === 'file' || !existsSync(path)) {
      await rename(staged, path);
      return 0;
    }
    const fresh = await filesBelow(staged);
    for (const file of fresh) {
      // Links of the folder may lead elsewhere.
      const parts = file.split(/[/\\]/);
      for (const at of parts.keys()) resolveInside(path, parts.slice(0, at + 1).join('/'));
      await makeFolder(dirname(join(path, file)));
      await rename(join(staged, file), join(path, file));
    }
    return (await filesBelow(path)).length - fresh.length;
  } catch (cause) {
    throw isFoveateError(cause) ? cause : unwritable(path, cause);
  }
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

function unwritable(where: string, cause: unknown, known?: string): FoveateError {
  const got = known ?? (cause as NodeJS.ErrnoException).code ?? String(cause);
  const advice = 'Choose another place, or make room and grant write permission';
  return fail({ code: 'OUTPUT_UNWRITABLE', what: 'The masks cannot be written', where, got, advice, cause });
}
