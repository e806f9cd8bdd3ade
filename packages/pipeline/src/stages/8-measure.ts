/** Measure: predictions of whole splits and the figures of each metric. */
import type { Measures, Metric, Prediction, PredictionRecord, SplitName } from '@foveate/contracts';
import { evaluate } from '@foveate/trainer';
import { evaluationBatches } from './5-batch.js';
import type { BatchStage } from './5-batch.js';
import type { Evaluator } from './7-explain.js';

/** Figures of one split and what they were computed from. */
export interface Measured {
  readonly split: SplitName;
  readonly measures: Measures;
  readonly predictions: readonly PredictionRecord[];
}

/** Figures of all metrics; of equal keys the later metric's. */
function measuresOf(metrics: readonly Metric[], predictions: readonly Prediction[]): Measures {
  return Object.assign({}, ...metrics.map((metric) => metric.measure(predictions))) as Measures;
}

/** Predicts and measures one split. */
export async function measure(
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
