/**
 * Samples at network size: decoded and resized, or out of a slot where they were put before. Every thread that prepares
 * data has one; the slots are shared.
 */
import { stat } from 'node:fs/promises';
import { fail } from '@foveate/contracts';
import type {
  AoiProvider,
  AreaOfInterest,
  AugmentedImages,
  LabelledSample,
  PixelMemory,
  Sample,
  SampleImages,
  SampleSource,
} from '@foveate/contracts';
import { resize, resizeMask, withDecoy } from '@foveate/image';
import { packSlot, unpackSlot } from './slot-layout.js';
import type { Slots } from './slots.js';

/** A sample and where it is kept; plain data. */
export interface Stored<S extends Sample = LabelledSample> {
  readonly sample: S;
  /** Its slot; absent when there is none for it. */
  readonly slot?: number;
  /** State of its files when it was labelled; absent when that was in an earlier run. */
  readonly stamps?: readonly string[];
}

/** What a store works with. */
export interface StoreParts {
  readonly source: Pick<SampleSource, 'load'>;
  readonly aoi: AoiProvider;
  /** Network input in pixels. */
  readonly size: readonly [height: number, width: number];
  readonly slots?: Slots | undefined;
  /** True when defect masks are needed after labelling. */
  readonly withDefects: boolean;
}

/** A decoded sample at full size. */
export interface Decoded {
  readonly images: SampleImages;
  readonly aoi: AreaOfInterest;
}

/** Prepares samples. */
export class SampleStore {
  readonly #parts: StoreParts;
  readonly #packed: Uint8Array | undefined;

  constructor(parts: StoreParts) {
    this.#parts = parts;
    this.#packed = parts.slots === undefined ? undefined : new Uint8Array(parts.slots.bytes);
  }

  /** A sample at full size. @throws FoveateError `DATA_INVALID` when it cannot be decoded */
  async decode(sample: Sample): Promise<Decoded> {
    const images = await this.#parts.source.load(sample);
    return { images, aoi: await this.#parts.aoi.areaOfInterest(sample, images) };
  }

  /** Resizes a decoded sample to the network input and puts it into its slot. Masks stay binary. */
  async keep({ sample, slot }: Stored<Sample>, { images: { image, defects }, aoi }: Decoded): Promise<AugmentedImages> {
    if (aoi.width !== image.width || aoi.height !== image.height) {
      throw fail({
        code: 'DATA_INVALID',
        what: 'The area of interest has another size than its image',
        where: sample.id,
        expected: `${String(image.width)}x${String(image.height)}`,
        got: `${String(aoi.width)}x${String(aoi.height)}`,
      });
    }
    const { size, slots, withDefects } = this.#parts;
    const [height, width] = size;
    const images: AugmentedImages = {
      image: await resize(image, width, height),
      aoi: resizeMask(aoi, width, height),
      defects: withDefects ? defects.map(({ type, mask }) => ({ type, mask: resizeMask(mask, width, height) })) : [],
    };
    if (slot !== undefined && this.#packed !== undefined && packSlot(images, sample.defectTypes, this.#packed)) {
      slots?.write(slot, this.#packed);
    }
    return images;
  }

  /**
   * A sample at network size, with its decoy if it has one.
   * @param memory for what comes out of a slot; without it new memory
   * @throws FoveateError `DATA_INVALID` when it cannot be decoded or its files are no longer what they were
   */
  async prepare(stored: Stored, memory?: PixelMemory): Promise<AugmentedImages> {
    const images = await this.#plain(stored, memory);
    const { decoy } = stored.sample;
    return decoy === undefined ? images : { ...images, image: withDecoy(images.image, decoy, memory) };
  }

  async #plain(stored: Stored, memory?: PixelMemory): Promise<AugmentedImages> {
    const { slot, sample, stamps } = stored;
    const [height, width] = this.#parts.size;
    const kept = slot === undefined ? undefined : this.#parts.slots?.read(slot);
    const images = kept === undefined ? undefined : unpackSlot(kept, sample.defectTypes, height, width, memory);
    if (images !== undefined) return images;
    const decoded = await this.decode(sample);
    if (stamps !== undefined) await requireUnchanged(sample, stamps);
    return this.keep(stored, decoded);
  }
}

/** What tells whether a file has been written to: size and time of its last change. */
export async function stampsOf({ files = [] }: Sample): Promise<readonly string[]> {
  // A file that cannot be looked at is the source's to complain of.
  return Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size, mtimeMs }) => `${size}@${mtimeMs}`,
        () => 'missing',
      ),
    ),
  );
}

async function requireUnchanged(sample: Sample, before: readonly string[]): Promise<void> {
  const now = await stampsOf(sample);
  const changed = now.findIndex((stamp, index) => stamp !== before[index]);
  if (changed === -1) return;
  throw fail({
    code: 'DATA_INVALID',
    what: `A file of sample '${sample.id}' has changed since the run labelled it`,
    where: sample.files?.[changed] ?? sample.id,
    reason: 'file-changed',
    advice: 'Leave the data as it is while a run goes on; start again with the new files',
  });
}
