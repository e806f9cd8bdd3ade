/** JSON Lines: one record per line. */
import { readFile } from 'node:fs/promises';
import { fail } from '@foveate/contracts';

/** The text of a JSON Lines file. */
export function toJsonLines(records: readonly unknown[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

/** Reads a JSON Lines file that a run wrote. @throws FoveateError `RUN_INVALID` when it is missing or damaged */
export async function readJsonLines<T>(path: string): Promise<readonly T[]> {
  try {
    const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as T);
  } catch (cause) {
    throw fail({ code: 'RUN_INVALID', what: 'A file of the run is missing or damaged', where: path, cause });
  }
}
