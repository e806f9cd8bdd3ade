/** Train: the training loop fed by the batch stage. */
import type { Engine, Loss, Model, Optimizer, RunEvent } from '@foveate/contracts';
import { train as trainLoop } from '@foveate/trainer';
import { defer, map } from 'rxjs';
import type { Observable } from 'rxjs';
import type { TrainingConfig } from '../config/run-config.js';
import { WaitClock } from '../flow/wait-clock.js';
import { evaluationBatches, trainingBatches } from './5-batch.js';
import type { BatchStage } from './5-batch.js';

/** What the train stage works with. */
export interface TrainStage extends TrainingConfig {
  readonly model: Model;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly engine: Engine;
  readonly feed: BatchStage;
  readonly folder: string;
  readonly fingerprint: string;
  readonly resume: boolean;
  readonly signal: AbortSignal;
}

/**
 * Steps, epochs and checkpoints; validation runs on its split in order, not augmented. Each epoch's record says what share
 * of its time was spent waiting for batches.
 */
export function train({ feed, ...stage }: TrainStage): Observable<RunEvent> {
  return defer(() => {
    const clock = new WaitClock();
    return trainLoop({
      ...stage,
      seed: feed.seed,
      samples: feed.samples.filter(({ sample }) => sample.split === 'train').length,
      batches: (epoch, fromStep) => clock.over(trainingBatches(feed, epoch, fromStep)),
      validationBatches: () => clock.over(evaluationBatches(feed, 'validation')),
    }).pipe(
      map((event) => {
        if (event.type !== 'epoch') return event;
        const dataWait = Math.min(1, clock.take() / Math.max(event.record.seconds, 1e-9));
        return { ...event, record: { ...event.record, dataWait } };
      }),
    );
  });
}
