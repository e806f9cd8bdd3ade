/** The work on pixels: what threads do for a run. Calls and answers are plain data, so that each can be a message. */
import type { Batch, LabelledItem, Sample } from '@foveate/contracts';
import { openSlots } from '../data/slots.js';
import type { SlotsHandle } from '../data/slots.js';
import type { RunConfig, Services } from '@foveate/assembly';
import { disturbancesOf, operationsOf } from '../data/operations.js';
import { labelSample } from '../mask.js';
import type { LabelParts } from '../mask.js';
import { BatchMaker } from '../data/batch-memory.js';
import type { BatchMemory, ByteBatch } from '../data/batch-memory.js';
import { makeBatch } from '../data/make-batch.js';
import type { BatchParts, BatchPlan } from '../data/make-batch.js';
import { DonorSamples } from '../data/donor-samples.js';
import type { SampleMemory } from '../data/sample-memory.js';
import { SampleStore } from '../data/sample-store.js';
import type { StoreParts, Stored } from '../data/sample-store.js';

/** Labels samples and makes batches. */
export interface DataWork {
  /** Batches that are made at the same time. */
  readonly threads: number;
  /** @throws what the plugins throw, but for samples that are no good: those are skips */
  label(stored: Stored<Sample>): Promise<LabelledItem>;
  /** The training samples by id, which content augmentations choose from. */
  population(samples: readonly Stored[]): Promise<void>;
  /** @throws FoveateError `DATA_INVALID` when a sample cannot be decoded or has changed */
  batch(plan: BatchPlan): Promise<Batch>;
  /** Takes back the memory of a batch that is not used any more; its arrays are empty afterwards. */
  reuse(batch: Batch): void;
  /** Ends all threads; no call may follow. */
  close(): Promise<void>;
}

/** What work in this thread is made of. */
export type LocalParts = Omit<StoreParts, 'withDefects'> &
  Pick<BatchParts, 'seed' | 'operations' | 'labeller' | 'outside'> &
  Partial<Pick<LabelParts, 'fingerprints'> & Pick<BatchParts, 'disturbances'>>;

/** Work in this thread. */
export class LocalWork implements DataWork {
  readonly threads = 1;
  readonly #parts: Omit<BatchParts, 'others' | 'spare'> & LabelParts;
  readonly #batches: BatchMaker;
  readonly #spare: SampleMemory[] = [];
  #others = new DonorSamples([]);

  constructor(parts: LocalParts) {
    this.#batches = new BatchMaker(parts.size, 1);
    // Colours leave masks and labels as they are.
    const { operations, disturbances = [] } = parts;
    const effects = [...operations.map(({ augmentation }) => augmentation.effect), ...disturbances.map(({ effect }) => effect)]; // prettier-ignore
    const withDefects = effects.some((effect) => effect !== 'photometric');
    this.#parts = { fingerprints: false, ...parts, disturbances, store: new SampleStore({ ...parts, withDefects }) };
  }

  /** Work as a configuration has it. */
  static async of(config: RunConfig, services: Services, slots: SlotsHandle | undefined): Promise<LocalWork> {
    const [source, aoi, labeller] = await Promise.all([
      services.get('source'),
      services.get('aoi'),
      services.get('labeller'),
    ]);
    return new LocalWork({
      source,
      aoi,
      labeller,
      operations: await operationsOf(config, services),
      disturbances: await disturbancesOf(config, services),
      size: config.data.size,
      outside: config.data.outside,
      seed: config.seed,
      slots: slots === undefined ? undefined : openSlots(slots),
      fingerprints: config.data.duplicates.treatment !== 'ignore',
    });
  }

  label(stored: Stored<Sample>): Promise<LabelledItem> {
    return labelSample(stored, this.#parts);
  }

  population(samples: readonly Stored[]): Promise<void> {
    this.#others = new DonorSamples(samples);
    return Promise.resolve();
  }

  /** A batch in the memory given, its values not yet scaled. @throws as {@link DataWork.batch} */
  bytes(plan: BatchPlan, memory: BatchMemory): Promise<ByteBatch> {
    return makeBatch(plan, { ...this.#parts, others: this.#others, spare: this.#spare }, memory);
  }

  batch(plan: BatchPlan): Promise<Batch> {
    return this.#batches.make(plan.samples.length, (memory) => this.bytes(plan, memory));
  }

  reuse(batch: Batch): void {
    this.#batches.reuse(batch);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
