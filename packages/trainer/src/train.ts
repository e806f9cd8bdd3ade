/** The training as a stream of events. */
import { fail, type Batch, type Engine, type RunEvent, type VariableSpec } from '@foveate/contracts';
import { initialise, withPrefix } from '@foveate/tensor';
import { Observable } from 'rxjs';
import { checkpointPath, checkVariables, readLast, type Checkpoint } from './checkpoint.js';
import { evaluateProgram } from './evaluate-program.js';
import { atStart } from './progress.js';
import { trainStepProgram, type TrainStepParts } from './train-step-program.js';
import { TrainingLoop } from './training-loop.js';
import { modelPrefix, optimizerPrefix } from './variables.js';

/** What a training needs. */
export interface TrainOptions extends TrainStepParts {
  readonly engine: Engine;
  /**
   * The training batches of an epoch (counted from 1), in an order that is a pure function of the run's seed and the
   * epoch, without the first `fromStep` ones. Pulled one at a time; every batch but the last has `batchSize` samples.
   */
  readonly batches: (epoch: number, fromStep: number) => AsyncIterable<Batch>;
  /** All validation batches, in any order that is always the same. */
  readonly validationBatches: () => AsyncIterable<Batch>;
  /** Training samples. */
  readonly samples: number;
  readonly batchSize: number;
  readonly epochs: number;
  /** An integer in [0, 2^53): initial weights. */
  readonly seed: number;
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
 * Trains. Emits `step`, `checkpoint`, `epoch` and, when `signal` was aborted, `interrupted`, then completes. An epoch
 * is reported after its checkpoints are on the disk. Nothing happens before the subscription; unsubscribing stops after
 * the running step, closes the batches and releases everything in the engine, and writes nothing.
 *
 * The stream fails with a FoveateError: `TRAINING_DIVERGED` (loss or gradient not finite; no checkpoint is touched),
 * `OUTPUT_UNWRITABLE`, `RUN_INVALID` (resuming from a damaged checkpoint or one of another configuration),
 * `DATA_INSUFFICIENT` (no batch at all), and whatever the batches or the engine throw.
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
  const step = trainStepProgram(options);
  const start = await startingPoint(options);
  const state = options.engine.createState(start.tensors);
  const compiled: { dispose(): void }[] = [];
  try {
    const stepProgram = options.engine.compile(step, state);
    compiled.push(stepProgram);
    const validationProgram = options.engine.compile(evaluateProgram(options), state);
    compiled.push(validationProgram);
    const steps = stepsPerEpoch(options.samples, options.batchSize);
    const stop = options.signal === undefined ? released : AbortSignal.any([options.signal, released]);
    const loop = new TrainingLoop({ ...options, state, stepProgram, validationProgram, steps, stop, released, emit });
    await loop.run(start.progress);
  } finally {
    for (const program of compiled) program.dispose();
    state.dispose();
  }
}

async function startingPoint(options: TrainOptions): Promise<Checkpoint> {
  const { model, optimizer, folder, fingerprint, seed } = options;
  const slots = optimizer.slots(model.variables.filter(({ trainable }) => trainable));
  const checkpoint = options.resume ? await readLast(folder) : undefined;
  if (checkpoint === undefined) {
    const tensors = {
      ...withPrefix(modelPrefix, initialise(model.variables, seed)),
      ...withPrefix(optimizerPrefix, initialise(slots, seed)),
    };
    return { tensors, progress: atStart(fingerprint, seed) };
  }
  const path = checkpointPath(folder, 'last');
  if (checkpoint.progress.fingerprint !== fingerprint || checkpoint.progress.seed !== seed) {
    throw fail({
      code: 'RUN_INVALID',
      where: path,
      what: 'Checkpoint belongs to another configuration or seed',
      advice: 'Resume with the configuration the run was started with, or train into a new folder',
    });
  }
  const named = (prefix: string, specs: readonly VariableSpec[]): VariableSpec[] =>
    specs.map((spec) => ({ ...spec, name: `${prefix}/${spec.name}` }));
  checkVariables(checkpoint.tensors, [...named(modelPrefix, model.variables), ...named(optimizerPrefix, slots)], path);
  return checkpoint;
}
