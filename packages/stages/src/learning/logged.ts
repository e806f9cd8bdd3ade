/** The learning curve of a run as files for other programs. */
import { join } from 'node:path';
import { stepsPerEpoch, TrainingLogs } from '@foveate/trainer';
import type { Checkpoint } from '@foveate/trainer';
import type { TrainingConfig } from '@foveate/assembly';
import { runFiles } from '@foveate/run-record/node';

/**
 * The logs a configuration asks for; undefined where it wants none.
 * @param samples training samples
 */
export async function openLogs(
  { logs: kinds, batchSize }: TrainingConfig,
  folder: string,
  checkpoint: Checkpoint | undefined,
  samples: number,
): Promise<TrainingLogs | undefined> {
  if (kinds === undefined || kinds.length === 0) return undefined;
  const steps = stepsPerEpoch(samples, batchSize);
  return TrainingLogs.open(join(folder, runFiles.logs), kinds, checkpoint?.progress, steps);
}
