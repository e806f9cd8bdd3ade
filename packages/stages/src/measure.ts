/** Measure: predictions of whole splits and the figures of each metric. */
import { fail } from '@foveate/contracts';
import type { Measures, Metric, MetricValue, Prediction, SplitName } from '@foveate/contracts';
import type { PredictionRecord } from '@foveate/run-record';
import { evaluate } from '@foveate/trainer';
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

/**
 * Figures of all metrics; of equal keys the later metric's. What is no finite number is not defined.
 * @throws FoveateError `PLUGIN_INVALID` for a value that run.json has no room for
 */
export function measuresOf(metrics: readonly Metric[], predictions: readonly Prediction[]): Measures {
  const measured: Readonly<Record<string, unknown>> = Object.assign(
    {},
    ...metrics.map((metric) => metric.measure(predictions)),
  );
  return Object.fromEntries(
    Object.entries(measured).map(([key, value]): [string, MetricValue] => {
      if (typeof value !== 'object' || value === null) return [key, figureOf(key, value)];
      return [
        key,
        Object.fromEntries(Object.entries(value).map(([part, one]) => [part, figureOf(`${key}.${part}`, one)])),
      ];
    }),
  );
}

function figureOf(where: string, value: unknown): number | null {
  if (value === null) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  throw fail({
    code: 'PLUGIN_INVALID',
    what: 'A metric gives something else than figures',
    where,
    expected: 'a number, null or a record of them',
    got: typeof value === 'string' ? JSON.stringify(value) : typeof value,
    advice: 'Leave the metric out of the configuration, or report this to its author',
  });
}

/** Predicts and measures validation and test, and writes down the predictions. */
export function measure(run: RunScope): OperatorFunction<TrainedModel, TrainedModel> {
  return onTrained(run, async ({ network, evaluator, feed }) => {
    const measured: Measured[] = [];
    for (const split of ['validation', 'test'] as const) {
      measured.push(await measureSplit(evaluator, feed, network.metrics, split));
    }
    // Before the figures that were computed from them: a reader of run.json is to find both.
    if (run.folder !== undefined) await writePredictions(run.folder, measured);
    for (const { split, measures } of measured) run.emit({ type: 'measured', split, measures });
  });
}

/** Predicts and measures one split. */
export async function measureSplit(
  evaluator: Evaluator,
  feed: BatchStage,
  metrics: readonly Metric[],
  split: SplitName,
): Promise<Measured> {
  const attributes = new Map(feed.samples.map(({ sample }) => [sample.id, sample.attributes]));
  const predictions = await evaluate({ ...evaluator, batches: evaluationBatches(feed, split) });
  const withAttributes = predictions.map((prediction): Prediction => {
    const known = attributes.get(prediction.id);
    return known === undefined ? prediction : { ...prediction, attributes: known };
  });
  return {
    split,
    measures: measuresOf(metrics, withAttributes),
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
