/** The record of a segmenter's training. */
import { fail, type EpochRecord, type SegmenterRecord } from '@foveate/contracts';
import { readRegularFile, writeAtomically } from '@foveate/contracts/node';
import { join } from 'node:path';
import { z } from 'zod';

/** Name of the record in a run folder. */
export const segmenterRunFile = 'segmenter.json';

/** What `segmenter.json` holds. */
export interface SegmenterRun {
  readonly version: 1;
  readonly status: 'running' | 'interrupted' | 'completed';
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly seed: number;
  /** Plugins and settings as used. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly areas: readonly string[];
  /** SHA-256 over images and masks at network size, hexadecimal. */
  readonly data: string;
  /** Ids of the images. */
  readonly images: { readonly training: readonly string[]; readonly validation: readonly string[] };
  readonly epochs: readonly EpochRecord[];
  /** Epoch whose weights are exported; null before there is one. */
  readonly bestEpoch: number | null;
  /** By certainty, for each area; null before the training is completed. */
  readonly calibration: SegmenterRecord['calibration'] | null;
  /** Wall time of this process's part of the training, in seconds. */
  readonly seconds: number;
}

/** Replaces the folder's record. @throws FoveateError `OUTPUT_UNWRITABLE` */
export async function writeSegmenterRun(folder: string, run: SegmenterRun): Promise<void> {
  await writeAtomically(join(folder, segmenterRunFile), `${JSON.stringify(run, undefined, 2)}\n`);
}

/**
 * Refuses to go on with other images or masks than those that the folder's training began with.
 * @throws FoveateError `RUN_INVALID`
 */
export async function refuseOtherData(folder: string, data: string): Promise<void> {
  const where = join(folder, segmenterRunFile);
  const text = await readRegularFile(where, 2 ** 26).catch(() => undefined);
  if (text === undefined) return;
  // What cannot be read says nothing: the checkpoint is compared, too.
  const known = z.object({ data: z.string() }).safeParse(parsed(text.toString()));
  if (!known.success || known.data.data === data) return;
  throw fail({
    code: 'RUN_INVALID',
    what: 'The images or masks are not those that this training began with',
    where,
    advice: 'Begin anew with --overwrite, or train into a new folder',
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
