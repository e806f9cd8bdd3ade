/** Measure: predictions of whole splits and the figures of each metric. */
import { measuresOf } from '@foveate/contracts';
import type { AssignedSample, Decision, Measures, Metric, SplitName } from '@foveate/contracts';
import type { PredictionRecord } from '@foveate/run-record';
import { evaluate, type SampleFacts } from '@foveate/trainer';
import type { OperatorFunction } from 'rxjs';
import { evaluationBatches } from './data/batches.js';
import type { BatchStage } from './data/batches.js';
import type { Evaluator } from './explain.js';
import { writePredictions } from './learning/predictions.js';
import type { RunScope } from './run-scope.js';
import { onTrained, type TrainedModel } from './train.js';

/** Figures of one split and what they were computed from. */
export interface Measured {
  readonly split: SplitName;
  readonly measures: Measures;
  readonly predictions: readonly PredictionRecord[];
}

/** Predicts and measures validation and test, and writes down the predictions. */
export function measure(run: RunScope): OperatorFunction<TrainedModel, TrainedModel> {
  return onTrained(run, async ({ network, evaluator, feed, decision }) => {
    const measured: Measured[] = [];
    for (const split of ['validation', 'test'] as const) {
      measured.push(await measureSplit({ evaluator, feed, metrics: network.metrics, decision }, split));
    }
    // Before the figures that were computed from them: a reader of run.json is to find both.
    if (run.folder !== undefined) await writePredictions(run.folder, measured);
    for (const { split, measures } of measured) run.emit({ type: 'measured', split, measures });
  });
}

/** What a split is measured with. */
export interface Measuring {
  readonly evaluator: Evaluator;
  readonly feed: BatchStage;
  readonly metrics: readonly Metric[];
  readonly decision: Decision;
}

/** Predicts and measures one split. */
export async function measureSplit(
  { evaluator, feed, metrics, decision }: Measuring,
  split: SplitName,
): Promise<Measured> {
  const facts = factsById(feed.samples.map(({ sample }) => sample));
  const predictions = await evaluate({ ...evaluator, batches: evaluationBatches(feed, split) });
  return {
    split,
    measures: measuresOf(
      metrics,
      predictions.map((prediction) => ({ ...prediction, ...facts.get(prediction.id) })),
      decision,
    ),
    predictions: predictions.map(({ id, label, score, loss, aoiShare }) => ({
      id,
      split,
      label,
      score,
      loss,
      aoiShare: aoiShare ?? null,
    })),
  };
}

/** What metrics ask of samples, by id. */
export function factsById(samples: readonly AssignedSample[]): ReadonlyMap<string, SampleFacts> {
  return new Map(
    samples.map(({ id, attributes, defectTypes }) => [
      id,
      { defectTypes, ...(attributes === undefined ? {} : { attributes }) },
    ]),
  );
}
