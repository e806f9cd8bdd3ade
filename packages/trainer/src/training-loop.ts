/** Epochs and steps. Everything is handed in; the only thing made here is the order in which things happen. */
import { fail, random, type EpochRecord, type HostTensors, type RunEvent } from '@foveate/contracts';
import { pickPrefix } from '@foveate/tensor';
import { setImmediate as eventLoop } from 'node:timers/promises';
import { writeBest, writeLast } from './checkpoint.js';
import { afterValidation, neverDefined } from './course/course.js';
import { assertFinite, explosion } from './course/divergence.js';
import {
  afterEpoch,
  afterStep,
  epochRecordOf,
  trainMeans,
  type StepFigures,
  type TrainingProgress,
} from './course/progress.js';
import { isMetric } from './course/monitor.js';
import { rateFactor } from './course/schedule.js';
import { hostScalar, noiseTensors } from './feed/batch-tensors.js';
import { pullUntil } from './feed/pull.js';
import { phaseAt, type Phase } from './freezing/phases.js';
import type { SampleBatch, ValidationTally } from './objective.js';
import { Pace } from './pace.js';
import { valuesOf } from './predictions.js';
import { emaDecay } from './step/ema.js';
import { TrainingSession, type SessionParts } from './training-session.js';
import { completed, servedModel, stateSpecs } from './training-state.js';

/** What the loop works with. */
export interface LoopParts extends SessionParts {
  /** Seed of the run. */
  readonly seed: number;
  readonly phases: readonly Phase[];
  readonly batches: (epoch: number, fromStep: number) => AsyncIterable<SampleBatch>;
  readonly validationBatches: () => AsyncIterable<SampleBatch>;
  readonly disturbedBatches?: readonly (() => AsyncIterable<SampleBatch>)[];
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
  #session: TrainingSession;

  /** @param start progress and the state that belongs to it */
  constructor(parts: LoopParts, start: { readonly progress: TrainingProgress; readonly tensors: HostTensors }) {
    this.#parts = parts;
    this.#session = new TrainingSession(parts, parts.phases[start.progress.phase] as Phase, start.tensors);
  }

  /** @param start as handed to the constructor */
  async run(start: TrainingProgress): Promise<void> {
    const { epochs, stop, emit } = this.#parts;
    let progress = start;
    while (progress.epoch <= epochs && progress.course.stopped === null) {
      progress = await this.#enterPhase(progress);
      progress = await this.#trainEpoch(progress);
      const validated = stop.aborted ? undefined : await this.#validate(progress.epoch);
      if (validated === undefined) {
        await this.#interrupt(progress);
        return;
      }
      progress = await this.#closeEpoch(progress, validated);
    }
    if (progress.course.stopped !== null) emit({ type: 'early-stop', ...progress.course.stopped });
    const undefinedAlways = neverDefined(progress.course, this.#parts.settings);
    if (undefinedAlways !== undefined) emit({ type: 'warning', message: undefinedAlways });
  }

  /** Releases everything in the engine. */
  dispose(): void {
    this.#session.dispose();
  }

  /** Where other variables are trained from this epoch on, the session is replaced by one for them. */
  async #enterPhase(progress: TrainingProgress): Promise<TrainingProgress> {
    const { phases, objective, optimizer, settings, seed, emit } = this.#parts;
    const phase = phaseAt(phases, progress.epoch);
    if (phase.index === this.#session.phase.index) return progress;
    const specs = stateSpecs({ model: objective.model, optimizer, settings, trained: phase.trained });
    const tensors = completed(specs, await this.#session.read(), seed);
    this.#session.dispose();
    this.#session = new TrainingSession(this.#parts, phase, tensors);
    emit({ type: 'notice', message: `From epoch ${phase.from} on ${phase.trained.size} variables are trained.` });
    return { ...progress, phase: phase.index };
  }

  /** The rest of the epoch, or as far as it gets before it is stopped. */
  async #trainEpoch(start: TrainingProgress): Promise<TrainingProgress> {
    const { batches, steps, stop } = this.#parts;
    let progress = start;
    if (progress.step < steps) {
      let since = performance.now();
      const source = batches(start.epoch, start.step);
      this.#remarkOn(source);
      for await (const batch of pullUntil(this.#session.feed(source), stop)) {
        const figures = await this.#step(batch, progress, since);
        since = performance.now();
        progress = afterStep(progress, figures);
        this.#pace.step(figures.samples, figures.seconds);
        await this.#reportStep(progress, figures);
        // The engine may hold the thread for the whole step: let signals and timers have their turn.
        await eventLoop();
        if (progress.step === steps) break;
      }
    }
    if (progress.sums.samples === 0 && !stop.aborted) throw noBatches('training');
    return progress;
  }

  async #step(batch: SampleBatch, progress: TrainingProgress, since: number): Promise<StepFigures> {
    const { objective, seed, optimizer, settings, steps, epochs } = this.#parts;
    const { epoch, step, updates } = progress;
    const { schedule, ema, accumulate = 1 } = settings;
    const moment = {
      epoch,
      epochs,
      update: Math.floor(step / accumulate),
      updates: Math.ceil(steps / accumulate),
    };
    const factor = schedule === undefined ? 1 : rateFactor(schedule, moment, progress.course.dropped);
    const update = { learningRate: optimizer.learningRate * factor, emaDecay: emaDecay(ema?.decay ?? 0, updates) };
    const isUpdate = (step + 1) % accumulate === 0 || step + 1 === steps;
    const given = {
      ...noiseTensors(objective.model, batch.ids.length, random(seed, 'noise', epoch, step)),
      progress: hostScalar(((epoch - 1) * steps + step) / (epochs * steps)),
    };
    const outputs = await this.#session.step(batch, given, isUpdate ? update : undefined);
    const scalar = (name: string): number => valuesOf(outputs, name)[0] as number;
    const loss = scalar('loss');
    assertFinite({
      where: `epoch ${epoch}, step ${step + 1}`,
      ids: batch.ids,
      loss,
      perSample: valuesOf(outputs, 'perSample'),
      gradientNorm: scalar('gradientNorm'),
    });
    const parts = Object.keys(pickPrefix('parts', outputs)).map((name) => [name, scalar(`parts/${name}`)]);
    return {
      samples: batch.ids.length,
      loss,
      correct: objective.correct(outputs, batch),
      parts: Object.fromEntries(parts) as Record<string, number>,
      learningRate: update.learningRate,
      updated: isUpdate,
      seconds: (performance.now() - since) / 1000,
    };
  }

  async #reportStep(progress: TrainingProgress, { loss, parts, learningRate }: StepFigures): Promise<void> {
    const { epochs, steps, emit } = this.#parts;
    const { epoch, step } = progress;
    const means = trainMeans(progress);
    const event: RunEvent = {
      type: 'step',
      epoch,
      epochs,
      step,
      steps,
      loss,
      parts,
      learningRate,
      meanLoss: means.loss,
      meanAccuracy: means.accuracy,
      imagesPerSecond: this.#pace.imagesPerSecond(),
      secondsLeft: this.#pace.secondsLeft((epochs - epoch + 1) * steps - step, epochs - epoch + 1),
    };
    emit(event);
  }

  /** Says once a phase what becomes of a trunk that is frozen. */
  #remarkOn(source: AsyncIterable<SampleBatch>): void {
    const message = this.#session.trunkRemark(source);
    if (message !== undefined) this.#parts.emit({ type: 'notice', message });
  }

  /** Whether the metrics are measured in an epoch: in each that the settings ask for, and in the last. */
  #measuresIn(epoch: number): boolean {
    const { settings, epochs } = this.#parts;
    const { metricsEvery = 1, monitor } = settings;
    return isMetric(monitor) || (metricsEvery > 0 && (epoch % metricsEvery === 0 || epoch === epochs));
  }

  /** @returns undefined when it was stopped */
  async #validate(epoch: number): Promise<ReturnType<ValidationTally['result']> | undefined> {
    const { validationBatches, disturbedBatches = [], stop, objective } = this.#parts;
    const measures = objective.measured && this.#measuresIn(epoch);
    const validation = objective.validation(epoch, measures);
    for (const batches of [validationBatches, ...(measures ? disturbedBatches : [])]) {
      const isDisturbed = batches !== validationBatches;
      for await (const batch of pullUntil(this.#session.feed(batches()), stop)) {
        validation.add(batch, await this.#session.evaluate(batch, measures && !isDisturbed), isDisturbed);
        await eventLoop();
      }
    }
    if (stop.aborted) return undefined;
    if (validation.samples === 0) throw noBatches('validation');
    const result = validation.result();
    this.#pace.validation(result.seconds);
    return result;
  }

  /**
   * Best and logs first: should the process die in between, the epoch is done again, comes to the same best and is logged
   * anew. What the checkpoint counts as done nobody would make up for.
   */
  async #closeEpoch(
    before: TrainingProgress,
    { seconds, ...validation }: EpochRecord['validation'] & { readonly seconds: number },
  ): Promise<TrainingProgress> {
    const { folder, epochs, objective, settings, emit } = this.#parts;
    const trunk = this.#session.trunk?.takeCounts();
    const record = { ...epochRecordOf(before, validation, seconds), ...(trunk === undefined ? {} : { trunk }) };
    const course = afterValidation(before.course, record, settings);
    const progress = afterEpoch(before, record, course);
    const best = course.best?.epoch === record.epoch;
    const tensors = await this.#session.read();
    if (best) {
      const path = await writeBest(folder, servedModel(objective.model, tensors), record.epoch);
      emit({ type: 'checkpoint', kind: 'best', path });
    }
    const event: RunEvent = { type: 'epoch', epochs, record, best };
    emit({ type: 'checkpoint', kind: 'last', path: await writeLast(folder, { tensors, progress }) });
    emit(event);
    for (const message of [
      explosion(before.startLoss, objective.classes, record),
      await this.#session.trunk?.takeWarning(),
    ]) {
      if (message !== undefined) emit({ type: 'warning', message });
    }
    return progress;
  }

  async #interrupt(progress: TrainingProgress): Promise<void> {
    const { folder, released, emit } = this.#parts;
    if (released.aborted) return;
    const tensors = await this.#session.read();
    const event: RunEvent = { type: 'interrupted', epoch: progress.epoch, step: progress.step };
    emit({ type: 'checkpoint', kind: 'last', path: await writeLast(folder, { tensors, progress }) });
    emit(event);
  }
}

function noBatches(split: string): Error {
  return fail({
    code: 'DATA_INSUFFICIENT',
    where: `${split} split`,
    what: 'There is no batch to work on',
    advice: `Give the ${split} split at least one sample`,
  });
}
