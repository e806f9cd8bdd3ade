/** From what a user names to a file on this machine. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fail } from '@foveate/contracts';
import { cachedPath, verify } from './cache.js';
import { download, type DownloadOptions } from './download.js';
import { knownWeightsOf, type KnownWeights } from './registry.js';

/** How weights are looked for. */
export interface LocateOptions extends Omit<DownloadOptions, 'checksum'> {
  /** Nothing is downloaded; also by the environment variable `FOVEATE_OFFLINE`. */
  readonly offline?: boolean;
}

/** Whether the environment forbids downloads. */
const offlineByEnvironment = (): boolean => !['', '0', undefined].includes(process.env['FOVEATE_OFFLINE']);

/**
 * The file of known weights in the cache, downloaded if it is not there, checked either way.
 * @throws FoveateError `PATH_MISSING` when it is not there and cannot be downloaded; `WEIGHTS_INVALID` for a wrong digest
 */
export async function obtainWeights(known: KnownWeights, options: LocateOptions = {}): Promise<string> {
  const path = cachedPath(known);
  if (await exists(path)) {
    await verify(path, path, known.checksum);
    return path;
  }
  if (options.offline ?? offlineByEnvironment()) {
    throw fail({
      code: 'PATH_MISSING',
      where: path,
      what: `Weights '${known.tag}' of ${known.architecture} are not here, and downloads are switched off`,
      advice: `Put the file ${known.url} there`,
    });
  }
  // The registry rounds; a server that sends more than a tenth beyond sends something else.
  const mostBytes = Math.ceil(known.megabytes * 1.1 * 2 ** 20) + 2 ** 20;
  await download(known.url, path, { mostBytes, ...options, checksum: known.checksum });
  return path;
}

/**
 * A file or folder of weights.
 * @param architecture id of the model plugin
 * @param weights a tag of {@link knownWeightsOf}, or a path
 * @param baseFolder what relative paths are relative to
 * @throws FoveateError `PATH_MISSING`, `WEIGHTS_INVALID`
 */
export async function locateWeights(
  architecture: string,
  weights: string,
  baseFolder: string,
  options: LocateOptions = {},
): Promise<{ readonly path: string; readonly known?: KnownWeights }> {
  const all = knownWeightsOf(architecture);
  const known = all.find(({ tag }) => tag === weights);
  if (known !== undefined) return { path: await obtainWeights(known, options), known };
  const path = resolve(baseFolder, weights);
  if (await exists(path)) return { path };
  const tags = all.map(({ tag }) => tag).join(', ');
  throw fail({
    code: 'PATH_MISSING',
    where: path,
    what: 'There are no weights',
    advice:
      tags === '' ? 'Name a file or folder' : `Name a file, a folder, or known weights of ${architecture}: ${tags}`,
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
