/** A classifier's figures on the validation split. */
import { measuresOf, type EpochRecord, type HostTensors, type Metric, type Prediction } from '@foveate/contracts';
import { auroc } from '@foveate/statistics';
import { assertFinite } from './course/divergence.js';
import type { FedBatch } from './feed/batch-tensors.js';
import type { ValidationTally } from './objective.js';
import { correctCount, predictionsOf, valuesOf } from './predictions.js';

/** What is measured on the validation split besides loss, accuracy and AUROC. */
export interface ValidationMetrics {
  readonly metrics: readonly Metric[];
  /** Attributes of a sample, which metrics of groups ask for. */
  readonly attributesOf: (id: string) => Prediction['attributes'];
}

/** A validation under way. */
export class Validation implements ValidationTally<FedBatch> {
  readonly #epoch: number;
  readonly #measured: ValidationMetrics | undefined;
  readonly #since = performance.now();
  readonly #predictions: Prediction[] = [];
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
  add(batch: FedBatch, outputs: HostTensors): void {
    const perSample = valuesOf(outputs, 'perSample');
    const sum = Array.from(perSample).reduce((total, loss) => total + loss, 0);
    assertFinite({ where: `epoch ${this.#epoch}, validation`, ids: batch.ids, loss: sum, perSample });
    this.#lossSum += sum;
    this.#correct += correctCount(outputs, batch.labels);
    for (const prediction of predictionsOf({ batch, outputs })) {
      const attributes = this.#measured?.attributesOf(prediction.id);
      this.#predictions.push(attributes === undefined ? prediction : { ...prediction, attributes });
    }
  }

  /** Means over the samples, what the metrics say, and how long it took. */
  result(): EpochRecord['validation'] & { readonly seconds: number } {
    const predictions = this.#predictions;
    return {
      loss: this.#lossSum / this.samples,
      accuracy: this.#correct / this.samples,
      auroc: auroc(
        predictions.map(({ score }) => score),
        predictions.map(({ label }) => label),
      ),
      ...(this.#measured === undefined ? {} : { metrics: measuresOf(this.#measured.metrics, predictions) }),
      seconds: (performance.now() - this.#since) / 1000,
    };
  }
}
