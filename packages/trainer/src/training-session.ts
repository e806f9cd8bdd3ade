/** One phase of a training in the engine: a state and the programs that work on it. */
import type {
  Batch,
  CompiledProgram,
  Engine,
  EngineState,
  Explainer,
  HostTensors,
  Loss,
  Model,
  Optimizer,
  Program,
} from '@foveate/contracts';
import { pickPrefix, readsPixels } from '@foveate/tensor';
import { evaluateProgram } from './evaluate-program.js';
import { batchTensors, hostScalar, type FedBatch } from './feed/batch-tensors.js';
import { isRepeatable } from './feed/planned-batches.js';
import { learningRateFactors } from './freezing/groups.js';
import type { Phase } from './freezing/phases.js';
import type { TrainingSettings } from './settings.js';
import {
  gatheredUpdateProgram,
  gatherProgram,
  trainStepProgram,
  type TrainStepParts,
} from './step/train-step-program.js';
import { frozenStages } from './trunk/frozen-stages.js';
import type { FeatureCache } from './trunk/feature-cache.js';
import { TrunkFeed } from './trunk/trunk-feed.js';
import { modelPrefix } from './variables.js';

/** What a phase is trained with. */
export interface SessionParts {
  readonly engine: Engine;
  readonly model: Model;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly settings: TrainingSettings;
  /** Weight of each class in the training loss. */
  readonly classWeights?: readonly number[];
  readonly featureCache?: FeatureCache;
  /** Whose heat the metrics of the validation measure; left out: predictions have no share of heat. */
  readonly explainer?: Explainer;
}

/** What an update is told. */
export interface UpdateInputs {
  readonly learningRate: number;
  /** Share of the old averages that is kept. */
  readonly emaDecay: number;
}

type Start = 'images' | 'trunk';

/** A phase under way. */
export class TrainingSession {
  readonly phase: Phase;
  /** Keeps features of the held stages; undefined where there are none or they cannot be kept. */
  readonly trunk: TrunkFeed | undefined;
  readonly #held: number;
  #remarked = false;
  readonly #parts: SessionParts;
  readonly #state: EngineState;
  readonly #programs = new Map<string, CompiledProgram>();
  readonly #makers: Readonly<Record<string, () => Program>>;

  /** @param tensors a complete state, as `stateSpecs` of this phase describes it */
  constructor(parts: SessionParts, phase: Phase, tensors: HostTensors) {
    const { engine, model, loss, optimizer, settings, classWeights, featureCache, explainer } = parts;
    const { frozenBatchNorm = 'eval', groups = [], clip, ema } = settings;
    const held = frozenStages(model, phase.trained, frozenBatchNorm);
    const averages = ema !== undefined;
    const heat = explainer === undefined ? {} : { explainer };
    const step: TrainStepParts = {
      model,
      loss,
      optimizer,
      trained: phase.trained,
      frozenBatchNorm,
      learningRateFactors: learningRateFactors(model, groups),
      averages,
      ...(clip === undefined ? {} : { clip }),
      ...(classWeights === undefined ? {} : { classWeights }),
    };
    this.#parts = parts;
    this.#held = held;
    this.phase = phase;
    this.#makers = {
      'step images': () => trainStepProgram(step),
      'step trunk': () => trainStepProgram(step),
      'gather images': () => gatherProgram(step),
      'gather trunk': () => gatherProgram(step),
      update: () => gatheredUpdateProgram(step),
      'evaluate images': () => evaluateProgram({ model, loss, averages }),
      'evaluate trunk': () => evaluateProgram({ model, loss, averages, held }),
      'measure images': () => evaluateProgram({ model, loss, averages, ...heat }),
      'measure trunk': () => evaluateProgram({ model, loss, averages, held, ...heat }),
    };
    this.#state = engine.createState(tensors);
    this.trunk =
      featureCache === undefined || held === 0 || readsPixels(loss)
        ? undefined
        : new TrunkFeed({
            engine,
            state: this.#state,
            variables: pickPrefix(modelPrefix, tensors),
            model,
            held,
            cache: featureCache,
            aoi: loss.uses.includes('aoi') || explainer !== undefined,
          });
  }

  /** The batches as programs of this session are fed: through the trunk's cache where that is possible. */
  feed(batches: AsyncIterable<Batch>): AsyncIterable<FedBatch> {
    return this.trunk !== undefined && isRepeatable(batches) ? this.trunk.batches(batches) : batches;
  }

  /** What is to be said of a trunk that is held; undefined where there is none, and after the first time. */
  trunkRemark(source: AsyncIterable<Batch>): string | undefined {
    if (this.#remarked) return undefined;
    this.#remarked = true;
    const { model, loss, featureCache } = this.#parts;
    if (this.#held === 0 || featureCache === undefined) return undefined;
    const which = `The first ${this.#held} of ${model.stages?.length ?? 0} stages are held`;
    if (readsPixels(loss)) return `${which}, but their features cannot be kept: the loss reads the images.`;
    if (!isRepeatable(source))
      return (
        `${which}, but their features on training images cannot be kept: each epoch augments anew. ` +
        'Leave out data.augment, or set data.augmentVariants.'
      );
    return `${which}: their features are computed once and kept on the disk.`;
  }

  /**
   * One training step, or a part of one.
   * @param noise random numbers for the model
   * @param update undefined: only gather the gradients
   */
  async step(batch: FedBatch, noise: HostTensors, update: UpdateInputs | undefined): Promise<HostTensors> {
    const start: Start = 'trunk' in batch ? 'trunk' : 'images';
    const inputs = { ...batchTensors(batch), ...noise };
    if ((this.#parts.settings.accumulate ?? 1) === 1) {
      if (update === undefined) throw new Error('Every step updates where nothing is gathered.');
      return this.#program(`step ${start}`).run({ ...inputs, ...this.#updateTensors(update) });
    }
    const outputs = await this.#program(`gather ${start}`).run(inputs);
    if (update !== undefined) await this.#program('update').run(this.#updateTensors(update));
    return outputs;
  }

  /**
   * A batch in inference mode, by the averaged weights where they are averaged.
   * @param heat true: with the sums of the heatmap, where there is an explainer
   */
  evaluate(batch: FedBatch, heat = false): Promise<HostTensors> {
    const start: Start = 'trunk' in batch ? 'trunk' : 'images';
    return this.#program(`${heat ? 'measure' : 'evaluate'} ${start}`).run(batchTensors(batch));
  }

  /** All values. */
  read(): Promise<HostTensors> {
    return this.#state.read();
  }

  /** Frees everything in the engine. */
  dispose(): void {
    this.trunk?.dispose();
    for (const program of this.#programs.values()) program.dispose();
    this.#programs.clear();
    this.#state.dispose();
  }

  #updateTensors({ learningRate, emaDecay }: UpdateInputs): HostTensors {
    const averages = this.#parts.settings.ema !== undefined;
    return { learningRate: hostScalar(learningRate), ...(averages ? { emaDecay: hostScalar(emaDecay) } : {}) };
  }

  #program(name: string): CompiledProgram {
    const known = this.#programs.get(name);
    if (known !== undefined) return known;
    const make = this.#makers[name];
    if (make === undefined) throw new Error(`There is no program '${name}'.`);
    const program = this.#parts.engine.compile(make(), this.#state);
    this.#programs.set(name, program);
    return program;
  }
}
