/** The training of any objective as a stream of events. */
import { fail, type Engine, type HostTensors, type Optimizer, type RunEvent } from '@foveate/contracts';
import { Observable } from 'rxjs';
import type { z } from 'zod';
import { checkpointPath, checkVariables, readLast, type Checkpoint } from './checkpoint.js';
import { atStart } from './course/progress.js';
import { phasesOf, type Phase } from './freezing/phases.js';
import type { Objective, SampleBatch } from './objective.js';
import { remarksOn } from './remarks.js';
import { trainingSettings, type TrainingSettings } from './settings.js';
import { TrainingLoop } from './training-loop.js';
import type { TrunkParts } from './training-session.js';
import { completed, initialModel, stateSpecs } from './training-state.js';

/** How a training goes, whatever it learns. */
export interface TrainingCourse<B extends SampleBatch = SampleBatch> {
  readonly engine: Engine;
  readonly optimizer: Optimizer;
  /**
   * The training batches of an epoch (counted from 1), in an order that is a pure function of the run's seed and the
   * epoch, without the first `fromStep` ones. Pulled one at a time; every batch but the last has `batchSize` samples.
   */
  readonly batches: (epoch: number, fromStep: number) => AsyncIterable<B>;
  /** All validation batches, in any order that is always the same. */
  readonly validationBatches: () => AsyncIterable<B>;
  /** The validation samples again, disturbed in some way, for each way; measured where the metrics are. */
  readonly disturbedBatches?: readonly (() => AsyncIterable<B>)[];
  /** Training samples of an epoch. */
  readonly samples: number;
  readonly batchSize: number;
  readonly epochs: number;
  /** What is trained and how; what is left out is off. The stream fails with a ZodError when an option is out of range. */
  readonly settings?: z.input<typeof trainingSettings>;
  /** An integer in [0, 2^53): initial weights. */
  readonly seed: number;
  /** Values that stand in for the model's initial ones, by variable; not necessarily of all. */
  readonly initialValues?: HostTensors;
  /** Run folder; gets `last.safetensors` and `best.safetensors`. */
  readonly folder: string;
  /** A hash of everything in the configuration that changes the numbers; resuming with another one is refused. */
  readonly fingerprint: string;
  /** True: go on from the folder's `last.safetensors`; from the start when there is none. */
  readonly resume: boolean;
  /** Aborted: the running step ends, the last checkpoint is written, `interrupted` is emitted and the stream completes. */
  readonly signal?: AbortSignal;
}

/** A training and what it learns. */
export interface TrainObjectiveOptions<B extends SampleBatch> extends TrainingCourse<B> {
  readonly objective: Objective<B>;
  readonly trunk?: TrunkParts;
}

/**
 * Steps of an epoch. A last batch of one sample is left out (batch normalisation has no variance to learn from there)
 * unless it is the only one; the shuffle makes it another sample in every epoch.
 */
export function stepsPerEpoch(samples: number, batchSize: number): number {
  const full = Math.floor(samples / batchSize);
  const rest = samples % batchSize;
  return rest === 0 || (rest === 1 && full > 0) ? full : full + 1;
}

/**
 * Trains for an objective. Events, errors and what unsubscribing does are those of `train`, which is this for classifiers.
 * @param options made on subscription, so that what they complain of is the stream's failure
 */
export function trainObjective<B extends SampleBatch>(options: () => TrainObjectiveOptions<B>): Observable<RunEvent> {
  return new Observable<RunEvent>((subscriber) => {
    const release = new AbortController();
    run(options, release.signal, (event) => subscriber.next(event)).then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
    return () => release.abort();
  });
}

async function run<B extends SampleBatch>(
  given: () => TrainObjectiveOptions<B>,
  released: AbortSignal,
  emit: (event: RunEvent) => void,
): Promise<void> {
  const options = given();
  const settings = trainingSettings.parse(options.settings ?? {});
  const { model } = options.objective;
  const phases = phasesOf(model, settings);
  const start = await startingPoint(options, settings, phases);
  const steps = stepsPerEpoch(options.samples, options.batchSize);
  const stop = options.signal === undefined ? released : AbortSignal.any([options.signal, released]);
  const loop = new TrainingLoop({ ...options, settings, phases, steps, stop, released, emit }, start);
  for (const remark of remarksOn({ ...options, model, settings, phases })) emit(remark);
  try {
    await loop.run(start.progress);
  } finally {
    loop.dispose();
  }
}

type Start = Pick<
  TrainObjectiveOptions<SampleBatch>,
  'objective' | 'optimizer' | 'folder' | 'fingerprint' | 'seed' | 'initialValues' | 'resume'
>;

async function startingPoint(
  { objective, optimizer, folder, fingerprint, seed, initialValues, resume }: Start,
  settings: TrainingSettings,
  phases: readonly Phase[],
): Promise<Checkpoint> {
  const { model } = objective;
  const checkpoint = resume ? await readLast(folder) : undefined;
  const progress = checkpoint?.progress ?? atStart(fingerprint, seed);
  const path = checkpointPath(folder, 'last');
  const phase = phases[progress.phase];
  if (progress.fingerprint !== fingerprint || progress.seed !== seed || phase === undefined) {
    throw fail({
      code: 'RUN_INVALID',
      where: path,
      what: 'Checkpoint belongs to another configuration or seed',
      advice: 'Resume with the configuration the run was started with, or train into a new folder',
    });
  }
  const specs = stateSpecs({ model, optimizer, settings, trained: phase.trained });
  if (checkpoint === undefined) {
    return { progress, tensors: completed(specs, initialModel(model, seed, initialValues), seed) };
  }
  checkVariables(checkpoint.tensors, specs, path);
  return checkpoint;
}
