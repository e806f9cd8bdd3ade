/** The folder of a run: who may write into it, and the files in it. */
import { access, constants, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fail, isFoveateError } from '@foveate/contracts';
import { makeFolder } from '@foveate/contracts/node';
import type { FoveateError, RunRecord, SampleRecord } from '@foveate/contracts';
import { readRecord, readSamples } from './read-run.js';
import { removeLeftovers, refuseLinksOut } from './folder-entries.js';
import { lockFolder } from './writer-lock.js';
import type { WriterLock } from './writer-lock.js';

/** Names of the files of a run. */
export const runFiles = {
  record: 'run.json',
  config: 'config.yaml',
  events: 'events.jsonl',
  samples: 'samples.jsonl',
  predictions: 'predictions.jsonl',
  best: 'best.safetensors',
  last: 'last.safetensors',
  model: 'model.onnx',
  explanations: 'explanations',
  features: 'features',
  logs: 'logs',
  report: 'report.html',
} as const;

/** How an output folder that exists already is treated. */
export interface FolderOptions {
  readonly resume?: boolean;
  readonly overwrite?: boolean;
}

/** A folder that has been found fit to write a run into. */
export interface RunFolder {
  /** Absolute. */
  readonly path: string;
  /** The run that stands there and is to be gone on with. */
  readonly previous: RunRecord | undefined;
  /** Removes an older run's files; called once nothing can fail any more that would leave the user without either. */
  clear(): Promise<void>;
  /** Held until the folder is abandoned. */
  readonly lock: WriterLock;
  /** Gives the lock back. Takes the folder away again if this run made it and left nothing in it. */
  abandon(): Promise<void>;
}

async function exists(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
}

function unwritable(path: string, cause: unknown) {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return fail({
    code: 'OUTPUT_UNWRITABLE',
    what: 'The output folder cannot be written',
    where: path,
    got: code === 'ENOTDIR' || code === 'EEXIST' ? 'a file where a folder is needed' : code,
    advice: full ? 'Free some space on the disk' : 'Choose another folder with --out',
    cause,
  });
}

/**
 * Reads a run's record.
 * @throws FoveateError `PATH_MISSING` when there is no such folder, `RUN_INVALID` when it holds no readable run
 */
export async function readRunRecord(folder: string): Promise<RunRecord> {
  if (!(await exists(folder))) throw fail({ code: 'PATH_MISSING', what: 'Run folder does not exist', where: folder });
  const record = await readRecord(folder);
  if (record !== null) return record;
  throw fail({
    code: 'RUN_INVALID',
    what: 'This folder holds no run',
    where: folder,
    expected: 'a folder written by foveate train, with a run.json',
  });
}

/** How each sample of a run was labelled. @throws FoveateError `RUN_INVALID` when that is missing or damaged */
export async function readSampleRecords(folder: string): Promise<readonly SampleRecord[]> {
  const records = await readSamples(folder);
  if (records !== null) return records;
  throw fail({
    code: 'RUN_INVALID',
    what: 'The list of samples of the run is missing',
    where: join(folder, runFiles.samples),
    advice: 'Restore the file, or train again with --overwrite',
  });
}

/** Files of a complete run that are made of the others, and are not there. */
export async function missingResults(folder: string, record: RunRecord): Promise<readonly string[]> {
  const pictures = record.explanations.flatMap(({ imagePath, aoiPath, heatmapPath }) => [
    imagePath,
    aoiPath,
    heatmapPath,
  ]);
  const names = [runFiles.predictions, runFiles.report, ...pictures];
  const found = await Promise.all(names.map((name) => exists(join(folder, name))));
  return names.filter((_, index) => found[index] !== true);
}

/**
 * Finds out, before anything slow happens, whether a run can be written into `path`; makes it when it is missing, takes its
 * lock and clears away what killed processes left there.
 * @throws FoveateError `OUTPUT_EXISTS`, `OUTPUT_UNWRITABLE`, `RUN_LOCKED`, `RUN_INVALID` for links that lead out, and for
 *   `resume` `RUN_INVALID`
 */
export async function openRunFolder(folder: string, options: FolderOptions): Promise<RunFolder> {
  const path = resolve(folder);
  if (options.resume === true && !(await exists(path))) throw nothingToResume(folder);
  const made = await makeFolderFor(path, folder);
  const lock = await lockWritable(path, folder).catch(async (error: unknown) => {
    if (made !== undefined) await removeEmpty(path, made);
    throw error;
  });
  const abandon = async () => {
    await lock.release();
    if (made !== undefined) await removeEmpty(path, made);
  };
  try {
    const occupied = await exists(join(path, runFiles.record));
    // A pipeline that trains nothing has no record.
    const holdsRun = occupied || (await exists(join(path, runFiles.events)));
    if (holdsRun && options.resume !== true && options.overwrite !== true) {
      throw fail({
        code: 'OUTPUT_EXISTS',
        what: 'The output folder already holds a run',
        where: folder,
        advice: `${occupied ? 'Go on with it with --resume, choose' : 'Choose'} another folder with --out, or replace it with --overwrite`,
      });
    }
    if (!occupied && (await exists(join(path, 'segmenter.json')))) throw holdsSegmenter(folder);
    refuseLinksOut(path);
    await removeLeftovers(path);
    if (!occupied && options.resume === true) throw holdsRun ? notResumable(folder) : nothingToResume(folder);
    const previous = options.resume === true ? await readRunRecord(path) : undefined;
    return { path, previous, lock, clear: () => removeRun(path, folder), abandon };
  } catch (error) {
    await abandon();
    throw error;
  }
}

function nothingToResume(where: string): FoveateError {
  return fail({
    code: 'RUN_INVALID',
    what: 'There is no run to resume',
    where,
    advice: 'Leave out --resume, or name the folder of the run with --out',
  });
}

/** Its checkpoints have the same names. */
function holdsSegmenter(where: string): FoveateError {
  return fail({
    code: 'OUTPUT_EXISTS',
    what: 'The output folder holds the training of a segmentation network',
    where,
    advice: 'Choose another folder with --out',
  });
}

function notResumable(where: string): FoveateError {
  return fail({
    code: 'RUN_INVALID',
    what: 'The run in this folder had not begun to train, or trains nothing, and cannot be resumed',
    where,
    advice: 'Run it again from the start with --overwrite',
  });
}

/** @returns the first folder that had to be made, if any */
async function makeFolderFor(path: string, shown: string): Promise<string | undefined> {
  try {
    if (await exists(path)) {
      if (!(await stat(path)).isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
    }
    return await makeFolder(path);
  } catch (cause) {
    throw isFoveateError(cause) ? cause : unwritable(shown, cause);
  }
}

/** The lock, whose file also shows that the folder can be written. */
async function lockWritable(path: string, shown: string): Promise<WriterLock> {
  try {
    return await lockFolder(path, 'train');
  } catch (cause) {
    throw isFoveateError(cause) ? cause : unwritable(shown, cause);
  }
}

async function removeRun(path: string, shown: string): Promise<void> {
  try {
    for (const name of Object.values(runFiles)) await rm(join(path, name), { recursive: true, force: true });
  } catch (cause) {
    throw unwritable(shown, cause);
  }
}

/** Removes `path` and its parents up to `top` as long as they are empty. */
async function removeEmpty(path: string, top: string): Promise<void> {
  for (let folder = path; folder.startsWith(top); folder = resolve(folder, '..')) {
    if ((await readdir(folder).catch(() => ['unreadable'])).length > 0) return;
    await rmdir(folder).catch(() => undefined);
  }
}
