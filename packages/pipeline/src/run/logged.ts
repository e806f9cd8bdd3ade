/** The learning curve of a run as files for other programs. */
import { join } from 'node:path';
import type { RunEvent } from '@foveate/contracts';
import { stepsPerEpoch, TrainingLogs } from '@foveate/trainer';
import type { Checkpoint } from '@foveate/trainer';
import { concatMap, defer, switchMap } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';
import type { TrainingConfig } from '../config/run-config.js';
import { runFiles } from './run-folder.js';

/**
 * Writes the events of a training into its logs; an event goes on once it is written.
 * @param samples training samples
 */
export function logged(
  { logs: kinds, batchSize }: TrainingConfig,
  folder: string,
  checkpoint: Checkpoint | undefined,
  samples: number,
): MonoTypeOperatorFunction<RunEvent> {
  if (kinds === undefined || kinds.length === 0) return (events) => events;
  const steps = stepsPerEpoch(samples, batchSize);
  return (events) =>
    defer(() => TrainingLogs.open(join(folder, runFiles.logs), kinds, checkpoint?.progress, steps)).pipe(
      switchMap((logs) => events.pipe(concatMap((event) => logs.write(event).then(() => event)))),
    );
}
