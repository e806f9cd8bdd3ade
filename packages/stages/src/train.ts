/** Train: the training loop fed by the batch stage. */
import { classNames } from '@foveate/contracts';
import type { Engine, HostTensors, Loss, Model, Optimizer, RunEvent } from '@foveate/contracts';
import { train as trainLoop } from '@foveate/trainer';
import type { PlannedBatches, TrunkCache } from '@foveate/trainer';
import { defer, map } from 'rxjs';
import type { Observable } from 'rxjs';
import type { TrainingConfig } from '@foveate/assembly';
import { WaitClock } from './flow/wait-clock.js';
import { evaluationBatches, trainingBatches } from './data/batches.js';
import type { BatchStage } from './data/batches.js';

/** What the train stage works with. */
export interface TrainStage {
  readonly training: TrainingConfig;
  readonly model: Model;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly initialValues?: HostTensors;
  readonly trunkCache?: TrunkCache;
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
export function train({ feed, training, ...stage }: TrainStage): Observable<RunEvent> {
  return defer(() => {
    const clock = new WaitClock();
    const { epochs, batchSize, ...settings } = training;
    const labels = feed.samples.flatMap(({ sample }) => (sample.split === 'train' ? [sample.label] : []));
    return trainLoop({
      ...stage,
      epochs,
      batchSize,
      settings,
      seed: feed.seed,
      samples: labels.length,
      classCounts: classNames.map((_, index) => labels.filter((label) => label === index).length),
      batches: (epoch, fromStep) => clocked(clock, trainingBatches(feed, epoch, fromStep)),
      validationBatches: () => clocked(clock, evaluationBatches(feed, 'validation')),
    }).pipe(
      map((event) => {
        if (event.type !== 'epoch') return event;
        const dataWait = Math.min(1, clock.take() / Math.max(event.record.seconds, 1e-9));
        return { ...event, record: { ...event.record, dataWait } };
      }),
    );
  });
}

/** The same batches, waited for under a clock. */
function clocked(clock: WaitClock, batches: PlannedBatches): PlannedBatches {
  return {
    ...batches,
    only: (positions) => clock.over(batches.only(positions)),
    [Symbol.asyncIterator]: () => clock.over(batches)[Symbol.asyncIterator](),
  };
}
