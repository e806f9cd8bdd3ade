/** Where downloaded weights are kept. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, posix } from 'node:path';
import { writeAtomically } from '@foveate/contracts/node';
import type { Checksum, KnownWeights } from './registry.js';
import { invalid } from './weights-file.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** `$FOVEATE_HOME/weights`, or the cache folder of the user: XDG's, on Windows the local application data. */
export function weightsFolder(environment: Environment = process.env): string {
  const { FOVEATE_HOME: home, XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = environment;
  if (home !== undefined && home !== '') return join(home, 'weights');
  const caches = xdg || (process.platform === 'win32' ? local : undefined) || join(homedir(), '.cache');
  return join(caches, 'foveate', 'weights');
}

/** The file in the cache; it keeps the name it has at its source. */
export function cachedPath({ architecture, tag, url }: KnownWeights, folder: string = weightsFolder()): string {
  return join(folder, architecture, tag, posix.basename(new URL(url).pathname));
}

/** Digest of a file, hexadecimal. */
async function digestOf(path: string, algorithm: Checksum['algorithm']): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

/**
 * Compares a file with the published digest; where none is published, with that of the first file seen here, which is kept
 * beside it (trust on first use).
 * @param file the bytes
 * @param path where it is or will be in the cache
 * @throws FoveateError `WEIGHTS_INVALID` when they differ, `OUTPUT_UNWRITABLE`
 */
export async function verify(file: string, path: string, checksum: Checksum | undefined): Promise<void> {
  const note = `${path}.sha256`;
  const kept = checksum === undefined ? await readFile(note, 'utf8').catch(() => undefined) : undefined;
  const { algorithm, value } = checksum ?? { algorithm: 'sha256', value: kept?.trim() };
  const got = await digestOf(file, algorithm);
  if (value === undefined) return writeAtomically(note, `${got}\n`);
  if (got.startsWith(value.toLowerCase())) return;
  throw invalid(file, `File does not have the ${algorithm} it should have`, {
    expected: value,
    got,
    advice:
      checksum === undefined
        ? `The file at its source is not the one first used here; delete ${note} if that is right`
        : 'The file is damaged or not the one that was published; delete it and download it again',
  });
}
