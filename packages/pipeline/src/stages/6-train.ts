/** Train: the training loop fed by the batch stage. */
import type { Engine, Loss, Model, Optimizer, RunEvent } from '@foveate/contracts';
import { train as trainLoop } from '@foveate/trainer';
import type { Observable } from 'rxjs';
import type { TrainingConfig } from '../config/run-config.js';
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

/** Steps, epochs and checkpoints; validation runs on its split in order, not augmented. */
export function train({ feed, ...stage }: TrainStage): Observable<RunEvent> {
  return trainLoop({
    ...stage,
    seed: feed.seed,
    samples: feed.samples.filter((sample) => sample.split === 'train').length,
    batches: (epoch, fromStep) => trainingBatches(feed, epoch, fromStep),
    validationBatches: () => evaluationBatches(feed, 'validation'),
  });
}
