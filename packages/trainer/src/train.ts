/** The training of a classifier as a stream of events. */
import type { Batch, Explainer, Loss, Model, RunEvent } from '@foveate/contracts';
import { readsPixels } from '@foveate/tensor';
import type { Observable } from 'rxjs';
import { classification } from './classification.js';
import type { FedBatch } from './feed/batch-tensors.js';
import { trainingSettings } from './settings.js';
import { classWeights, requireWeights } from './step/class-weights.js';
import { trainObjective, type TrainingCourse } from './train-objective.js';
import type { FeatureCache } from './trunk/feature-cache.js';
import type { ValidationMetrics } from './validation.js';

/** What the training of a classifier needs. Features of frozen stages are kept for batches that are `PlannedBatches`. */
export interface TrainOptions extends TrainingCourse<Batch> {
  readonly model: Model;
  readonly loss: Loss;
  /** Training samples of each class; needed for balanced class weights. */
  readonly classCounts?: readonly number[];
  /** Metrics that are measured on the validation split as `settings.metricsEvery` says; left out: none. */
  readonly measured?: ValidationMetrics;
  /** Whose heatmap the metrics measure; left out: predictions have no share of heat. */
  readonly explainer?: Explainer;
  /** Where features of frozen stages are kept. Left out: they are computed in every step. */
  readonly featureCache?: FeatureCache;
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
  return trainObjective<FedBatch>(() => {
    const { model, loss, explainer, measured, featureCache, classCounts = [], ...course } = options;
    return {
      ...course,
      objective: classification({
        model,
        loss,
        ...lossWeights(model, classCounts, course.settings),
        ...(explainer === undefined ? {} : { explainer }),
        ...(measured === undefined ? {} : { measured }),
      }),
      ...(featureCache === undefined
        ? {}
        : {
            trunk: {
              model,
              cache: featureCache,
              pixels: readsPixels(loss),
              aoi: loss.uses.includes('aoi') || explainer !== undefined,
            },
          }),
    };
  });
}

function lossWeights(
  model: Model,
  classCounts: readonly number[],
  settings: TrainOptions['settings'] = {},
): { readonly classWeights?: readonly number[] } {
  const { classWeights: chosen } = trainingSettings.parse(settings);
  if (chosen === undefined) return {};
  const weights = classWeights(chosen, classCounts);
  requireWeights(weights, model.classes);
  return { classWeights: weights };
}
