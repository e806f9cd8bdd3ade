/** The training as a stream of events. */
import { fail, type Batch, type Engine, type HostTensors, type Loss, type Model } from '@foveate/contracts';
import type { Explainer, Optimizer, RunEvent } from '@foveate/contracts';
import { Observable } from 'rxjs';
import type { z } from 'zod';
import { checkpointPath, checkVariables, readLast, type Checkpoint } from './checkpoint.js';
import { atStart } from './course/progress.js';
import { phasesOf, type Phase } from './freezing/phases.js';
import { remarksOn } from './remarks.js';
import { trainingSettings, type TrainingSettings } from './settings.js';
import { classWeights, requireWeights } from './step/class-weights.js';
import { TrainingLoop } from './training-loop.js';
import { completed, initialModel, stateSpecs } from './training-state.js';
import type { FeatureCache } from './trunk/feature-cache.js';
import type { ValidationMetrics } from './validation.js';

/** What a training needs. */
export interface TrainOptions {
  readonly engine: Engine;
  readonly model: Model;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  /**
   * The training batches of an epoch (counted from 1), in an order that is a pure function of the run's seed and the
   * epoch, without the first `fromStep` ones. Pulled one at a time; every batch but the last has `batchSize` samples.
   * Features of held stages are kept for those that are `PlannedBatches`.
   */
  readonly batches: (epoch: number, fromStep: number) => AsyncIterable<Batch>;
  /** All validation batches, in any order that is always the same. */
  readonly validationBatches: () => AsyncIterable<Batch>;
  /** Training samples. */
  readonly samples: number;
  /** Training samples of each class; needed for balanced class weights. */
  readonly classCounts?: readonly number[];
  readonly batchSize: number;
  readonly epochs: number;
  /** What is trained and how; what is left out is off. The stream fails with a ZodError when an option is out of range. */
  readonly settings?: z.input<typeof trainingSettings>;
  /** Metrics that are measured on the validation split as `settings.metricsEvery` says; left out: none. */
  readonly measured?: ValidationMetrics;
  /** Whose heatmap the metrics measure; left out: predictions have no share of heat. */
  readonly explainer?: Explainer;
  /** An integer in [0, 2^53): initial weights. */
  readonly seed: number;
  /** Values that stand in for the model's initial ones, by variable; not necessarily of all. */
  readonly initialValues?: HostTensors;
  /** Where features of held stages are kept. Left out: they are computed in every step. */
  readonly featureCache?: FeatureCache;
  /** Run folder; gets `last.safetensors` and `best.safetensors`. */
  readonly folder: string;
  /** A hash of everything in the configuration that changes the numbers; resuming with another one is refused. */
  readonly fingerprint: string;
  /** True: go on from the folder's `last.safetensors`; from the start when there is none. */
  readonly resume: boolean;
  /** Aborted: the running step ends, the last checkpoint is written, `interrupted` is emitted and the stream completes. */
  readonly signal?: AbortSignal;
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
 * Trains. Emits `step`, `checkpoint`, `epoch`, `notice`, `warning` (a loss far above that of guessing), `early-stop` and, when
 * `signal` was aborted, `interrupted`, then completes. An epoch is reported after its checkpoints are on the disk. Nothing
 * happens before the subscription; unsubscribing stops after the running step, closes the batches and releases everything
 * in the engine, and writes nothing.
 *
 * The stream fails with a FoveateError: `TRAINING_DIVERGED` (loss or gradient not finite; no checkpoint is touched),
 * `OUTPUT_UNWRITABLE`, `RUN_INVALID` (resuming from a damaged checkpoint or one of another configuration),
 * `DATA_INSUFFICIENT` (no batch at all), `CONFIG_INVALID` (settings that do not fit the model), `WEIGHTS_INVALID` (initial
 * values that do not), and whatever the batches or the engine throw.
 */
export function train(options: TrainOptions): Observable<RunEvent> {
  return new Observable<RunEvent>((subscriber) => {
    const release = new AbortController();
    run(options, release.signal, (event) => subscriber.next(event)).then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
    return () => release.abort();
  });
}

async function run(options: TrainOptions, released: AbortSignal, emit: (event: RunEvent) => void): Promise<void> {
  const settings = trainingSettings.parse(options.settings ?? {});
  const phases = phasesOf(options.model, settings);
  const start = await startingPoint(options, settings, phases);
  const steps = stepsPerEpoch(options.samples, options.batchSize);
  const stop = options.signal === undefined ? released : AbortSignal.any([options.signal, released]);
  const parts = { ...options, ...lossWeights(options, settings), settings, phases, steps, stop, released, emit };
  const loop = new TrainingLoop(parts, start);
  for (const remark of remarksOn({ ...options, settings, phases })) emit(remark);
  try {
    await loop.run(start.progress);
  } finally {
    loop.dispose();
  }
}

function lossWeights(
  { classCounts = [], model }: TrainOptions,
  { classWeights: chosen }: TrainingSettings,
): { readonly classWeights?: readonly number[] } {
  if (chosen === undefined) return {};
  const weights = classWeights(chosen, classCounts);
  requireWeights(weights, model.classes);
  return { classWeights: weights };
}

async function startingPoint(
  options: TrainOptions,
  settings: TrainingSettings,
  phases: readonly Phase[],
): Promise<Checkpoint> {
  const { model, optimizer, folder, fingerprint, seed, initialValues } = options;
  const checkpoint = options.resume ? await readLast(folder) : undefined;
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
