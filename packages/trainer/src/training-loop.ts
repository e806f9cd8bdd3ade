/** Epochs and steps. Everything is handed in; the only thing made here is the order in which things happen. */
import {
  fail,
  random,
  type Batch,
  type CompiledProgram,
  type EngineState,
  type EpochRecord,
  type Model,
  type Optimizer,
  type RunEvent,
} from '@foveate/contracts';
import { pickPrefix } from '@foveate/tensor';
import { setImmediate as eventLoop } from 'node:timers/promises';
import { batchTensors, stepTensors } from './batch-tensors.js';
import { writeBest, writeLast } from './checkpoint.js';
import { assertFinite } from './divergence.js';
import { Pace } from './pace.js';
import { correctCount, evaluateBatches, valuesOf } from './predictions.js';
import { afterEpoch, afterStep, trainMeans, type StepFigures, type TrainingProgress } from './progress.js';
import { pullUntil } from './pull.js';

/** What the loop works with. */
export interface LoopParts {
  readonly model: Model;
  readonly optimizer: Optimizer;
  /** Seed of the run. */
  readonly seed: number;
  readonly state: EngineState;
  readonly stepProgram: CompiledProgram;
  readonly validationProgram: CompiledProgram;
  readonly batches: (epoch: number, fromStep: number) => AsyncIterable<Batch>;
  readonly validationBatches: () => AsyncIterable<Batch>;
  readonly steps: number;
  readonly epochs: number;
  readonly folder: string;
  /** Stop after the running step. */
  readonly stop: AbortSignal;
  /** Nobody listens any more: stop and write nothing. Implies `stop`. */
  readonly released: AbortSignal;
  readonly emit: (event: RunEvent) => void;
}

/** Runs epochs from any point of a training. */
export class TrainingLoop {
  readonly #parts: LoopParts;
  readonly #pace = new Pace();

  constructor(parts: LoopParts) {
    this.#parts = parts;
  }

  /** @param start progress that belongs to the tensors in the engine's state */
  async run(start: TrainingProgress): Promise<void> {
    const { epochs, stop } = this.#parts;
    let progress = start;
    while (progress.epoch <= epochs) {
      progress = await this.#trainEpoch(progress);
      const validated = stop.aborted ? undefined : await this.#validate(progress.epoch);
      if (validated === undefined) {
        await this.#interrupt(progress);
        return;
      }
      progress = await this.#closeEpoch(progress, validated);
    }
  }

  /** The rest of the epoch, or as far as it gets before it is stopped. */
  async #trainEpoch(start: TrainingProgress): Promise<TrainingProgress> {
    const { batches, steps, stop } = this.#parts;
    let progress = start;
    if (progress.step < steps) {
      let since = performance.now();
      for await (const batch of pullUntil(batches(start.epoch, start.step), stop)) {
        const figures = await this.#step(batch, progress, since);
        since = performance.now();
        progress = afterStep(progress, figures);
        this.#pace.step(figures.samples, figures.seconds);
        this.#reportStep(progress, figures);
        // The engine may hold the thread for the whole step: let signals and timers have their turn.
        await eventLoop();
        if (progress.step === steps) break;
      }
    }
    if (progress.sums.samples === 0 && !stop.aborted) throw noBatches('training');
    return progress;
  }

  async #step(batch: Batch, progress: TrainingProgress, since: number): Promise<StepFigures> {
    const { model, optimizer, seed, stepProgram } = this.#parts;
    const stream = random(seed, 'noise', progress.epoch, progress.step);
    const outputs = await stepProgram.run({
      ...batchTensors(batch),
      ...stepTensors(model, batch.ids.length, optimizer.learningRate, stream),
    });
    const scalar = (name: string): number => valuesOf(outputs, name)[0] as number;
    const loss = scalar('loss');
    assertFinite({
      where: `epoch ${progress.epoch}, step ${progress.step + 1}`,
      ids: batch.ids,
      loss,
      perSample: valuesOf(outputs, 'perSample'),
      gradientNorm: scalar('gradientNorm'),
    });
    const parts = Object.keys(pickPrefix('parts', outputs)).map((name) => [name, scalar(`parts/${name}`)]);
    return {
      samples: batch.ids.length,
      loss,
      correct: correctCount(outputs, batch.labels),
      parts: Object.fromEntries(parts) as Record<string, number>,
      seconds: (performance.now() - since) / 1000,
    };
  }

  #reportStep(progress: TrainingProgress, { loss, parts }: StepFigures): void {
    const { epochs, steps, emit } = this.#parts;
    const { epoch, step } = progress;
    const means = trainMeans(progress);
    emit({
      type: 'step',
      epoch,
      epochs,
      step,
      steps,
      loss,
      parts,
      learningRate: this.#parts.optimizer.learningRate,
      meanLoss: means.loss,
      meanAccuracy: means.accuracy,
      imagesPerSecond: this.#pace.imagesPerSecond(),
      secondsLeft: this.#pace.secondsLeft((epochs - epoch + 1) * steps - step, epochs - epoch + 1),
    });
  }

  /** @returns undefined when it was stopped */
  async #validate(epoch: number): Promise<Validation | undefined> {
    const { validationProgram, validationBatches, stop } = this.#parts;
    const since = performance.now();
    let samples = 0;
    let lossSum = 0;
    let correct = 0;
    for await (const { batch, outputs } of evaluateBatches(validationProgram, pullUntil(validationBatches(), stop))) {
      const perSample = valuesOf(outputs, 'perSample');
      const sum = Array.from(perSample).reduce((total, loss) => total + loss, 0);
      assertFinite({ where: `epoch ${epoch}, validation`, ids: batch.ids, loss: sum, perSample });
      samples += batch.ids.length;
      lossSum += sum;
      correct += correctCount(outputs, batch.labels);
      await eventLoop();
    }
    if (stop.aborted) return undefined;
    if (samples === 0) throw noBatches('validation');
    const seconds = (performance.now() - since) / 1000;
    this.#pace.validation(seconds);
    return { loss: lossSum / samples, accuracy: correct / samples, seconds };
  }

  /** Best first: should the process die in between, the epoch is done again and comes to the same best. */
  async #closeEpoch(before: TrainingProgress, { seconds, ...validation }: Validation): Promise<TrainingProgress> {
    const { state, folder, epochs, emit } = this.#parts;
    const { progress, record, best } = afterEpoch(before, validation, seconds);
    const tensors = await state.read();
    if (best) emit({ type: 'checkpoint', kind: 'best', path: await writeBest(folder, tensors, record.epoch) });
    emit({ type: 'checkpoint', kind: 'last', path: await writeLast(folder, { tensors, progress }) });
    emit({ type: 'epoch', epochs, record, best });
    return progress;
  }

  async #interrupt(progress: TrainingProgress): Promise<void> {
    const { state, folder, released, emit } = this.#parts;
    if (released.aborted) return;
    const tensors = await state.read();
    emit({ type: 'checkpoint', kind: 'last', path: await writeLast(folder, { tensors, progress }) });
    emit({ type: 'interrupted', epoch: progress.epoch, step: progress.step });
  }
}

type Validation = EpochRecord['validation'] & { readonly seconds: number };

function noBatches(split: string): Error {
  return fail({
    code: 'DATA_INSUFFICIENT',
    where: `${split} split`,
    what: 'There is no batch to work on',
    advice: `Give the ${split} split at least one sample`,
  });
}
