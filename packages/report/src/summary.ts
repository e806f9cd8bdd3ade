/** The figures of a run's test set, computed from its predictions. */
import type { PredictionRecord } from '@foveate/run-record';
import {
  aurocInterval,
  confusion,
  rocCurve,
  wilsonInterval,
  type AurocInterval,
  type Confusion,
  type Interval,
  type RocPoint,
} from '@foveate/statistics';
import type { ReportRun } from './report-run.js';

/** What a run did on its test set. */
export interface TestSummary {
  readonly n: number;
  readonly correct: number;
  readonly accuracy: number;
  /** Wilson, 95%. */
  readonly accuracyInterval: Interval;
  /** 95%; null with one class. */
  readonly auroc: AurocInterval | null;
  readonly confusion: Confusion;
  /** Mean. */
  readonly loss: number;
  /** Mean over defective images with a heatmap; null when there are none. */
  readonly aoiShare: number | null;
  /** Defective images, and how many of them have an all-zero heatmap. */
  readonly defective: number;
  readonly emptyHeatmaps: number;
  readonly roc: readonly RocPoint[];
}

/** The predictions of the test split. */
export function testPredictions(run: ReportRun): readonly PredictionRecord[] {
  return run.predictions.filter((prediction) => prediction.split === 'test');
}

/** Whether a prediction is right when scores of at least `threshold` are called defective. */
export function isRight(prediction: Pick<PredictionRecord, 'label' | 'score'>, threshold: number): boolean {
  return prediction.score >= threshold === (prediction.label === 1);
}

/**
 * Summarises the test split.
 * @param threshold images with at least this score are called defective
 * @returns null when nothing of the test split was predicted
 */
export function summarise(run: ReportRun, threshold: number): TestSummary | null {
  const predictions = testPredictions(run);
  const n = predictions.length;
  if (n === 0) return null;
  const scores = predictions.map((prediction) => prediction.score);
  const labels = predictions.map((prediction) => prediction.label);
  const counts = confusion(scores, labels, threshold);
  const correct = counts.tn + counts.tp;
  const defective = predictions.filter((prediction) => prediction.label === 1);
  const shares = defective.map((prediction) => prediction.aoiShare).filter((share) => share !== null);
  return {
    n,
    correct,
    accuracy: correct / n,
    accuracyInterval: wilsonInterval(correct, n),
    auroc: aurocInterval(scores, labels),
    confusion: counts,
    loss: mean(predictions.map((prediction) => prediction.loss)),
    aoiShare: shares.length === 0 ? null : mean(shares),
    defective: defective.length,
    emptyHeatmaps: defective.length - shares.length,
    roc: rocCurve(scores, labels),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
