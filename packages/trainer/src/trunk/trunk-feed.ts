/** Turns batches of images into batches of features of the frozen stages, from the disk where they are known. */
import type { Batch, CompiledProgram, Engine, EngineState, HostTensors, Model } from '@foveate/contracts';
import { createHash } from 'node:crypto';
import { batchTensors, type TrunkBatch } from '../feed/batch-tensors.js';
import type { RepeatableBatches } from '../feed/planned-batches.js';
import { bitsOf, maskOf } from './bits.js';
import type { FeatureStore, StoredSample } from './feature-store.js';
import { bytesOf, type SampleContent, type FeatureCache } from './feature-cache.js';
import { trunkProgram } from './trunk-program.js';
import { TrunkTally, type TrunkCounts } from './trunk-tally.js';

/** What a {@link TrunkFeed} works with. */
export interface TrunkFeedParts {
  readonly engine: Engine;
  /** Holds `model/<variable>`. */
  readonly state: EngineState;
  /** The model's variables, of which the frozen stages' are looked at. */
  readonly variables: HostTensors;
  readonly model: Model;
  /** Leading stages that are frozen. */
  readonly frozen: number;
  readonly cache: FeatureCache;
  /** Whether areas of interest are wanted. */
  readonly aoi: boolean;
}

/** Features in place of images. The images of a batch whose features are known are not made. */
export class TrunkFeed {
  readonly #parts: TrunkFeedParts;
  readonly #program: CompiledProgram;
  readonly #tally = new TrunkTally();
  #store: Promise<FeatureStore> | undefined;
  #warned = false;

  constructor(parts: TrunkFeedParts) {
    this.#parts = parts;
    this.#program = parts.engine.compile(trunkProgram(parts.model, parts.frozen), parts.state);
  }

  /** Why features are computed again and again, said once. */
  async takeWarning(): Promise<string | undefined> {
    const closed = this.#warned ? undefined : (await this.#store)?.closed;
    if (closed === undefined) return undefined;
    this.#warned = true;
    return `Features of frozen stages that are not kept yet are computed in every epoch: ${closed.replace(/\.$/, '')}.`;
  }

  /** How many samples came from where since the last call. */
  takeCounts(): TrunkCounts {
    return this.#tally.take();
  }

  /** Frees what is in the engine; what is on the disk stays. */
  dispose(): void {
    this.#program.dispose();
  }

  /** The same batches in the same order; the next one is read ahead. */
  async *batches(source: RepeatableBatches): AsyncGenerator<TrunkBatch, void> {
    const { model, frozen, cache, variables } = this.#parts;
    const store = await (this.#store ??= cache.open(model, frozen, variables));
    const { plan, variant } = source;
    const known = plan.map((ids) => {
      const contents = ids.flatMap((id) => cache.contentOf(variant, id) ?? []);
      return contents.length === ids.length && contents.every(({ content }) => store.has(content))
        ? contents
        : undefined;
    });
    const missing = known.flatMap((contents, position) => (contents === undefined ? [position] : []));
    const images = source.only(missing)[Symbol.asyncIterator]();
    const readAt = async (position: number): Promise<TrunkBatch | undefined> => {
      const [ids, contents] = [plan[position], known[position]];
      return ids === undefined || contents === undefined ? undefined : this.#read(store, ids, contents);
    };
    try {
      let ahead = readAt(0);
      for (let position = 0; position < plan.length; position++) {
        // Features that somebody deleted in the meantime are computed again.
        const make = (): Promise<Batch | undefined> =>
          known[position] === undefined ? nextOf(images) : firstOf(source.only([position]));
        const batch = (await ahead) ?? (await this.#made(store, variant, await make()));
        if (batch === undefined) return;
        ahead = readAt(position + 1);
        yield batch;
      }
    } finally {
      await images.return?.();
    }
  }

  /** Features of images nobody has looked at in this process; the store may have them from an earlier one. */
  async #made(store: FeatureStore, variant: string, batch: Batch | undefined): Promise<TrunkBatch | undefined> {
    if (batch === undefined) return undefined;
    const { ids } = batch;
    const contents = contentsOf(batch);
    contents.forEach((content, index) => this.#parts.cache.note(variant, ids[index] as string, content));
    const isStored = contents.every(({ content }) => store.has(content));
    const stored = isStored ? await this.#read(store, ids, contents) : undefined;
    return stored ?? this.#compute(store, batch, contents);
  }

  async #compute(store: FeatureStore, batch: Batch, contents: readonly SampleContent[]): Promise<TrunkBatch> {
    const since = performance.now();
    const { images } = batchTensors(batch);
    const { trunk } = await this.#program.run({ images: images as NonNullable<typeof images> });
    if (trunk === undefined) throw new Error('The trunk program has no output.');
    this.#tally.computed(batch.ids.length, (performance.now() - since) / 1000);
    const values = trunk.data as Float32Array;
    const size = values.length / batch.ids.length;
    const pixels = batch.height * batch.width;
    const fresh = new Map<string, StoredSample>();
    contents.forEach(({ content }, index) => {
      if (store.has(content)) return;
      fresh.set(content, {
        trunk: values.subarray(index * size, (index + 1) * size),
        aoi: bitsOf(batch.aoi.subarray(index * pixels, (index + 1) * pixels)),
      });
    });
    await store.write(fresh, trunk.shape.slice(1));
    const { ids, labels, height, width, aoi } = batch;
    return { ids, labels, height, width, trunk, ...(this.#parts.aoi ? { aoi } : {}) };
  }

  /** @returns undefined when the store lacks one of them */
  async #read(
    store: FeatureStore,
    ids: readonly string[],
    contents: readonly SampleContent[],
  ): Promise<TrunkBatch | undefined> {
    const since = performance.now();
    const { height, width } = this.#parts.model;
    const samples = await Promise.all(contents.map(({ content }) => store.read(content)));
    const { shape } = store;
    if (shape === undefined || samples.some((sample) => sample === undefined)) return undefined;
    const size = shape.reduce((product, side) => product * side, 1);
    const values = new Float32Array(ids.length * size);
    const aoi = new Float32Array(this.#parts.aoi ? ids.length * height * width : 0);
    samples.forEach((sample, index) => {
      if (sample === undefined) return;
      values.set(sample.trunk, index * size);
      if (this.#parts.aoi) maskOf(sample.aoi, aoi.subarray(index * height * width, (index + 1) * height * width));
    });
    this.#tally.read(ids.length, (performance.now() - since) / 1000);
    return {
      ids,
      labels: Int32Array.from(contents, ({ label }) => label),
      height,
      width,
      trunk: { dtype: 'float32', shape: [ids.length, ...shape], data: values },
      ...(this.#parts.aoi ? { aoi } : {}),
    };
  }
}

async function nextOf(batches: AsyncIterator<Batch, unknown>): Promise<Batch | undefined> {
  const { done, value } = await batches.next();
  return done === true ? undefined : value;
}

async function firstOf(batches: AsyncIterable<Batch>): Promise<Batch | undefined> {
  for await (const batch of batches) return batch;
  return undefined;
}

function contentsOf({ ids, images, aoi, labels, height, width }: Batch): readonly SampleContent[] {
  const pixels = height * width;
  return ids.map((_, index) => ({
    content: createHash('sha256')
      .update(bytesOf(images.subarray(index * pixels * 3, (index + 1) * pixels * 3)))
      .update(bytesOf(aoi.subarray(index * pixels, (index + 1) * pixels)))
      .digest('hex'),
    label: labels[index] as number,
  }));
}
