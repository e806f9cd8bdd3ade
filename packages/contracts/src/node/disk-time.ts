import { rm, stat, writeFile } from 'node:fs/promises';
import { temporaryPath } from './atomic-file.js';

/**
 * Now, by the clock that stamps files beside `path`: that of a shared folder may differ from ours.
 * @returns milliseconds, as `mtimeMs` of files there
 * @throws the system's own error when no file can be made there
 */
export async function diskTime(path: string): Promise<number> {
  const probe = temporaryPath(path);
  try {
    await writeFile(probe, '', { flag: 'wx' });
    return (await stat(probe)).mtimeMs;
  } finally {
    await rm(probe, { force: true });
  }
}
