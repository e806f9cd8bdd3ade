/** A classifier's figures on the validation split. */
import {
  measuresOf,
  usualDecision,
  type Decision,
  type EpochRecord,
  type HostTensors,
  type Metric,
  type Prediction,
} from '@foveate/contracts';
import { auroc } from '@foveate/statistics';
import { assertFinite } from './course/divergence.js';
import { outsideFigures } from './disturbed.js';
import type { FedBatch } from './feed/batch-tensors.js';
import type { ValidationTally } from './objective.js';
import { correctCount, predictionsOf, valuesOf } from './predictions.js';

/** What metrics ask of a sample besides what was predicted. */
export type SampleFacts = Pick<Prediction, 'attributes' | 'defectTypes'>;

/** What is measured on the validation split besides loss, accuracy and AUROC. */
export interface ValidationMetrics {
  readonly metrics: readonly Metric[];
  readonly factsOf: (id: string) => SampleFacts | undefined;
  /** Default: defective from a score of 0.5 on. */
  readonly decision?: Decision;
}

/** A validation under way. */
export class Validation implements ValidationTally<FedBatch> {
  readonly #epoch: number;
  readonly #measured: ValidationMetrics | undefined;
  readonly #since = performance.now();
  readonly #predictions: Prediction[] = [];
  readonly #disturbed: Prediction[] = [];
  #lossSum = 0;
  #correct = 0;

  /** @param measured undefined: the metrics are not measured in this epoch */
  constructor(epoch: number, measured?: ValidationMetrics) {
    this.#epoch = epoch;
    this.#measured = measured;
  }

  get samples(): number {
    return this.#predictions.length;
  }

  /** @throws FoveateError `TRAINING_DIVERGED` when the loss is not finite */
  add(batch: FedBatch, outputs: HostTensors, isDisturbed = false): void {
    const perSample = valuesOf(outputs, 'perSample');
    const sum = Array.from(perSample).reduce((total, loss) => total + loss, 0);
    assertFinite({ where: `epoch ${this.#epoch}, validation`, ids: batch.ids, loss: sum, perSample });
    if (isDisturbed) {
      this.#disturbed.push(...predictionsOf({ batch, outputs }));
      return;
    }
    this.#lossSum += sum;
    this.#correct += correctCount(outputs, batch.labels);
    for (const prediction of predictionsOf({ batch, outputs })) {
      this.#predictions.push({ ...prediction, ...this.#measured?.factsOf(prediction.id) });
    }
  }

  /** Means over the samples, what the metrics say, and how long it took. */
  result(): EpochRecord['validation'] & { readonly seconds: number } {
    const predictions = this.#predictions;
    const measured = this.#measured;
    const { threshold } = measured?.decision ?? usualDecision;
    const outside = this.#disturbed.length === 0 ? {} : outsideFigures(predictions, this.#disturbed, threshold);
    return {
      loss: this.#lossSum / this.samples,
      accuracy: this.#correct / this.samples,
      auroc: auroc(
        predictions.map(({ score }) => score),
        predictions.map(({ label }) => label),
      ),
      ...(measured === undefined
        ? {}
        : { metrics: { ...measuresOf(measured.metrics, predictions, measured.decision), ...outside } }),
      seconds: (performance.now() - this.#since) / 1000,
    };
  }
}
