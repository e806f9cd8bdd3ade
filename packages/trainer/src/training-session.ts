/** One phase of a training in the engine: a state and the programs that work on it. */
import type { CompiledProgram, Engine, EngineState, HostTensors, Model, Optimizer, Program } from '@foveate/contracts';
import { pickPrefix } from '@foveate/tensor';
import { objectiveEvaluateProgram } from './evaluate-program.js';
import { hostScalar } from './feed/batch-tensors.js';
import { isRepeatable } from './feed/planned-batches.js';
import { learningRateFactors } from './freezing/groups.js';
import type { Phase } from './freezing/phases.js';
import type { Objective, SampleBatch } from './objective.js';
import type { TrainingSettings } from './settings.js';
import {
  gatheredUpdateProgram,
  gatherProgram,
  objectiveStepProgram,
  type ObjectiveStepParts,
} from './step/train-step-program.js';
import { frozenStages } from './trunk/frozen-stages.js';
import type { FeatureCache } from './trunk/feature-cache.js';
import { TrunkFeed } from './trunk/trunk-feed.js';
import { modelPrefix } from './variables.js';

/** How features of frozen stages are kept, of a model that has stages. */
export interface TrunkParts {
  readonly model: Model;
  readonly cache: FeatureCache;
  /** Something reads the images: then features cannot take their place. */
  readonly pixels: boolean;
  /** Something reads areas of interest. */
  readonly aoi: boolean;
}

/** What a phase is trained with. */
export interface SessionParts {
  readonly engine: Engine;
  readonly objective: Objective;
  readonly optimizer: Optimizer;
  readonly settings: TrainingSettings;
  readonly trunk?: TrunkParts;
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
  /** Keeps features of the frozen stages; undefined where there are none or they cannot be kept. */
  readonly trunk: TrunkFeed | undefined;
  readonly #frozen: number;
  #remarked = false;
  readonly #parts: SessionParts;
  readonly #state: EngineState;
  readonly #programs = new Map<string, CompiledProgram>();
  readonly #makers: Readonly<Record<string, () => Program>>;

  /** @param tensors a complete state, as `stateSpecs` of this phase describes it */
  constructor(parts: SessionParts, phase: Phase, tensors: HostTensors) {
    const { engine, objective, optimizer, settings, trunk } = parts;
    const { model } = objective;
    const { frozenBatchNorm = 'eval', groups = [], clip, ema } = settings;
    const frozen = frozenStages(model, phase.trained, frozenBatchNorm);
    const averages = ema !== undefined;
    const step: ObjectiveStepParts = {
      objective,
      optimizer,
      trained: phase.trained,
      frozenBatchNorm,
      learningRateFactors: learningRateFactors(model, groups),
      averages,
      ...(clip === undefined ? {} : { clip }),
    };
    this.#parts = parts;
    this.#frozen = frozen;
    this.phase = phase;
    this.#makers = {
      'step images': () => objectiveStepProgram(step),
      'step trunk': () => objectiveStepProgram(step),
      'gather images': () => gatherProgram(step),
      'gather trunk': () => gatherProgram(step),
      update: () => gatheredUpdateProgram(step),
      'evaluate images': () => objectiveEvaluateProgram(objective, { frozen, averages, thorough: false }),
      'evaluate trunk': () => objectiveEvaluateProgram(objective, { frozen, averages, thorough: false }),
      'measure images': () => objectiveEvaluateProgram(objective, { frozen, averages, thorough: true }),
      'measure trunk': () => objectiveEvaluateProgram(objective, { frozen, averages, thorough: true }),
    };
    this.#state = engine.createState(tensors);
    this.trunk =
      trunk === undefined || frozen === 0 || trunk.pixels
        ? undefined
        : new TrunkFeed({
            ...trunk,
            engine,
            state: this.#state,
            variables: pickPrefix(modelPrefix, tensors),
            frozen,
          });
  }

  /** The batches as programs of this session are fed: through the trunk's cache where that is possible. */
  feed(batches: AsyncIterable<SampleBatch>): AsyncIterable<SampleBatch> {
    return this.trunk !== undefined && isRepeatable(batches) ? this.trunk.batches(batches) : batches;
  }

  /** What is to be said of a trunk that is frozen; undefined where there is none, and after the first time. */
  trunkRemark(source: AsyncIterable<SampleBatch>): string | undefined {
    if (this.#remarked) return undefined;
    this.#remarked = true;
    const { objective, trunk } = this.#parts;
    if (this.#frozen === 0 || trunk === undefined) return undefined;
    const which = `The first ${this.#frozen} of ${objective.model.stages?.length ?? 0} stages are frozen`;
    if (trunk.pixels) return `${which}, but their features cannot be kept: the loss reads the images.`;
    if (!isRepeatable(source))
      return (
        `${which}, but their features on training images cannot be kept: each epoch augments anew. ` +
        'Leave out data.augment, or set data.augmentVariants.'
      );
    return `${which}: their features are computed once and kept on the disk.`;
  }

  /**
   * One training step, or a part of one.
   * @param given what a step is told besides its batch: random numbers for the model and the progress of the training
   * @param update undefined: only gather the gradients
   */
  async step(batch: SampleBatch, given: HostTensors, update: UpdateInputs | undefined): Promise<HostTensors> {
    const start: Start = 'trunk' in batch ? 'trunk' : 'images';
    const inputs = { ...this.#parts.objective.inputs(batch), ...given };
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
   * @param thorough true: with what the metrics read
   */
  evaluate(batch: SampleBatch, thorough = false): Promise<HostTensors> {
    const start: Start = 'trunk' in batch ? 'trunk' : 'images';
    const program = this.#program(`${thorough ? 'measure' : 'evaluate'} ${start}`);
    return program.run(this.#parts.objective.inputs(batch));
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
