/** Files that take their place only once they have been tried: until then the folder is as it was. */
import { lstat, mkdtemp, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '@foveate/contracts';
import { makeFolder, writeAtomically } from '@foveate/contracts/node';

/** What is written, and where. */
export interface StagedFiles {
  /** Gets the files; made when it is missing, and taken away again when nothing came of them. */
  readonly folder: string;
  /** Content by file name. The files take their place in this order. */
  readonly contents: Readonly<Record<string, Uint8Array>>;
  /** False: nothing that is there is replaced. */
  readonly overwrite: boolean;
}

/**
 * Writes files into a folder beside the place they are for, lets them be tried there and puts them in place.
 * @param attempt gets the folder they lie in; what it throws is thrown, and no file is left behind
 * @returns what `attempt` returned
 * @throws FoveateError `OUTPUT_EXISTS` before anything is written, `OUTPUT_UNWRITABLE`
 */
export async function writeTried<T>(
  { folder, contents, overwrite }: StagedFiles,
  attempt: (staging: string) => Promise<T>,
): Promise<T> {
  const names = Object.keys(contents);
  if (!overwrite) await requireAbsent(folder, names);
  const { staging, made } = await make(folder);
  try {
    for (const [name, content] of Object.entries(contents)) await writeAtomically(join(staging, name), content);
    const result = await attempt(staging);
    for (const name of names) await putInPlace(join(staging, name), join(folder, name));
    return result;
  } finally {
    await rm(staging, { recursive: true, force: true });
    // Fails where something came of the files.
    if (made) await rmdir(folder).catch(() => undefined);
  }
}

async function requireAbsent(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const path = join(folder, name);
    const isThere = await lstat(path).then(
      () => true,
      () => false,
    );
    if (!isThere) continue;
    throw fail({
      code: 'OUTPUT_EXISTS',
      what: 'There is a file already',
      where: path,
      advice: 'Choose another folder with --out, or replace the file with --overwrite',
    });
  }
}

async function make(folder: string): Promise<{ readonly staging: string; readonly made: boolean }> {
  try {
    const made = (await makeFolder(folder)) !== undefined;
    // A name that nobody can have guessed, made here and by no other process.
    return { staging: await mkdtemp(join(folder, '.foveate-')), made };
  } catch (cause) {
    throw unwritable(folder, cause);
  }
}

async function putInPlace(from: string, to: string): Promise<void> {
  await rename(from, to).catch((cause: unknown) => {
    throw unwritable(to, cause);
  });
}

function unwritable(where: string, cause: unknown) {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
  return fail({
    code: 'OUTPUT_UNWRITABLE',
    what: 'The output cannot be written',
    where,
    got: code,
    advice: 'Choose another folder with --out',
    cause,
  });
}
