/** One batch: samples prepared, augmented and stacked. */
import { fail } from '@foveate/contracts';
import type { Labeller, OutsideFill, PixelMemory } from '@foveate/contracts';
import { paintOutside } from '@foveate/image';
import { augmentSample } from './augment-sample.js';
import type { AugmentedSample, Operation } from './augment-sample.js';
import type { BatchMemory, ByteBatch } from './batch-memory.js';
import type { Disturbance } from './disturbance.js';
import type { DonorSamples } from './donor-samples.js';
import { SampleMemory } from './sample-memory.js';
import type { SampleStore, Stored } from './sample-store.js';

/** A batch to be made; plain data. */
export interface BatchPlan {
  /** In the order of the batch. */
  readonly samples: readonly Stored[];
  /** Drawing of the augmentation; absent: the samples as they are. */
  readonly variant?: number;
  /** Place of a disturbance in {@link BatchParts.disturbances}; absent: none. */
  readonly disturbance?: number;
}

/** What batches are made with. */
export interface BatchParts {
  readonly store: SampleStore;
  readonly size: readonly [height: number, width: number];
  readonly seed: number;
  /** What images go through. */
  readonly operations: readonly Operation[];
  /** What may be done to images outside of their areas. */
  readonly disturbances: readonly Disturbance[];
  /** Decides again where an operation can change a label. */
  readonly labeller: Labeller;
  readonly others: DonorSamples;
  /** What is painted outside of the area of interest, after everything else; absent: nothing. */
  readonly outside?: OutsideFill | undefined;
  /** Memory for samples that nobody works with; a batch takes what it needs and puts it back. */
  readonly spare: SampleMemory[];
}

/** Samples in work at once: enough to keep the codec's threads busy. */
const lanes = 4;

/**
 * Makes a batch.
 * @param memory to make it in, large enough
 * @throws FoveateError `DATA_INVALID` when a sample cannot be decoded or has changed
 */
export async function makeBatch(
  { samples, ...form }: BatchPlan,
  parts: BatchParts,
  memory: BatchMemory,
): Promise<ByteBatch> {
  const [height, width] = parts.size;
  const pixels = height * width;
  const images = new Uint8Array(memory.images, 0, samples.length * pixels * 3);
  const aoi = new Uint8Array(memory.aoi, 0, samples.length * pixels);
  const labels = new Int32Array(samples.length);
  const entries = samples.entries();
  const lane = async () => {
    const memory = parts.spare.pop() ?? new SampleMemory();
    for (const [index, stored] of entries) {
      memory.release();
      const sample = await prepared(stored, form, parts, memory.take);
      requireSize(sample, pixels, stored.sample.id);
      labels[index] = sample.label;
      images.set(sample.images.image.data, index * pixels * 3);
      if (parts.outside !== undefined) {
        paintOutside(
          images.subarray(index * pixels * 3, (index + 1) * pixels * 3),
          sample.images.aoi.data,
          parts.outside,
        );
      }
      aoi.set(sample.images.aoi.data, index * pixels);
    }
    parts.spare.push(memory);
  };
  await Promise.all(Array.from({ length: Math.min(lanes, samples.length) }, lane));
  return { ids: samples.map(({ sample }) => sample.id), images, aoi, labels, height, width };
}

/** Memory of an earlier batch lies where a raster that is too small leaves a gap. */
function requireSize({ images: { image, aoi } }: Pick<AugmentedSample, 'images'>, pixels: number, id: string): void {
  if (image.data.length === pixels * 3 && aoi.data.length === pixels) return;
  throw fail({
    code: 'DATA_INVALID',
    what: 'A sample has another size than the network input once it is augmented',
    where: id,
    expected: `${String(pixels)} pixels of three channels, and as many of the area of interest`,
    got: `${String(image.data.length)} and ${String(aoi.data.length)} bytes`,
    advice: 'An augmentation has to keep width, height and channels',
  });
}

async function prepared(
  stored: Stored,
  { variant, disturbance }: Omit<BatchPlan, 'samples'>,
  { store, seed, operations, disturbances, labeller, others }: BatchParts,
  memory: PixelMemory,
): Promise<Pick<AugmentedSample, 'images' | 'label'>> {
  const { sample } = stored;
  const images = await store.prepare(stored, memory);
  const context = others.contextOf(sample.id, store, memory);
  if (disturbance !== undefined) {
    const disturbed = await disturbances[disturbance]?.apply(sample.id, images, context);
    return { images: disturbed ?? images, label: sample.label };
  }
  if (variant === undefined) return { images, label: sample.label };
  return augmentSample(operations, images, { seed, epoch: variant, sample, labeller, context });
}
