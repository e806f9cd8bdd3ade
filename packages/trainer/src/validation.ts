/** Figures of the validation split, gathered batch by batch. */
import type { EpochRecord, HostTensors } from '@foveate/contracts';
import { auroc } from '@foveate/statistics';
import { assertFinite } from './course/divergence.js';
import type { FedBatch } from './feed/batch-tensors.js';
import { correctCount, valuesOf } from './predictions.js';

/** A validation under way. */
export class Validation {
  readonly #epoch: number;
  readonly #since = performance.now();
  readonly #scores: number[] = [];
  readonly #labels: (0 | 1)[] = [];
  #lossSum = 0;
  #correct = 0;

  constructor(epoch: number) {
    this.#epoch = epoch;
  }

  get samples(): number {
    return this.#labels.length;
  }

  /** @throws FoveateError `TRAINING_DIVERGED` when the loss is not finite */
  add(batch: FedBatch, outputs: HostTensors): void {
    const perSample = valuesOf(outputs, 'perSample');
    const sum = Array.from(perSample).reduce((total, loss) => total + loss, 0);
    assertFinite({ where: `epoch ${this.#epoch}, validation`, ids: batch.ids, loss: sum, perSample });
    this.#lossSum += sum;
    this.#correct += correctCount(outputs, batch.labels);
    this.#scores.push(...valuesOf(outputs, 'score'));
    this.#labels.push(...Array.from(batch.labels, (label) => (label === 1 ? 1 : 0)));
  }

  /** Means over the samples, and how long it took. */
  result(): EpochRecord['validation'] & { readonly seconds: number } {
    return {
      loss: this.#lossSum / this.samples,
      accuracy: this.#correct / this.samples,
      auroc: auroc(this.#scores, this.#labels),
      seconds: (performance.now() - this.#since) / 1000,
    };
  }
}
