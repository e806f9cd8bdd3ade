/** The record of a segmenter's training. */
import { writeAtomically } from '@foveate/contracts/node';
import type { EpochRecord, SegmenterRecord } from '@foveate/contracts';
import { join } from 'node:path';

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
