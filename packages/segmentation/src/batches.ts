/** Batches of images with masks. */
import { random, type Augmentation, type HostTensors } from '@foveate/contracts';
import { bytesToUnitFloats } from '@foveate/image';
import type { SampleBatch } from '@foveate/trainer';
import { augmentedImage, type Draw } from './augment-masks.js';
import type { PreparedImage } from './training-image.js';

/** A batch at network size. */
export interface MaskBatch extends SampleBatch {
  readonly height: number;
  readonly width: number;
  /** [N, height, width, 3], sRGB in [0, 1]. */
  readonly images: Float32Array;
  /** [N, height, width, areas], 0 or 1. */
  readonly targets: Float32Array;
}

/** What the programs are fed: `images` [N, H, W, 3] and `targets` [N, H, W, areas], float32. */
export function maskBatchTensors({ ids, height, width, images, targets }: MaskBatch): HostTensors {
  const areas = targets.length / (ids.length * height * width);
  return {
    images: { dtype: 'float32', shape: [ids.length, height, width, 3], data: images },
    targets: { dtype: 'float32', shape: [ids.length, height, width, areas], data: targets },
  };
}

/** @param images at least one, all of one size and with the same areas */
export function maskBatch(
  images: readonly (Pick<PreparedImage, 'id'> & Pick<PreparedImage, 'image' | 'masks'>)[],
): MaskBatch {
  const [first] = images;
  if (first === undefined) throw new Error('A batch needs an image.');
  const { width, height } = first.image;
  const areas = first.masks.length;
  const plane = width * height;
  const pixels = new Float32Array(images.length * plane * 3);
  const targets = new Float32Array(images.length * plane * areas);
  images.forEach(({ image, masks }, index) => {
    bytesToUnitFloats(image.data, pixels.subarray(index * plane * 3, (index + 1) * plane * 3));
    masks.forEach(({ data }, area) => layInto(targets, data, index * plane * areas + area, areas));
  });
  return { ids: images.map(({ id }) => id), width, height, images: pixels, targets };
}

/** A function of its own: see Decisions in ARCHITECTURE.md on long loops. */
function layInto(targets: Float32Array, mask: Uint8Array, start: number, step: number): void {
  for (let pixel = 0; pixel < mask.length; pixel++) if (mask[pixel] !== 0) targets[start + pixel * step] = 1;
}

/** The images as they are. */
export async function* plainBatches(
  images: readonly PreparedImage[],
  batchSize: number,
): AsyncGenerator<MaskBatch, void> {
  for (let start = 0; start < images.length; start += batchSize) {
    yield await Promise.resolve(maskBatch(images.slice(start, start + batchSize)));
  }
}

/** How the training batches of an epoch come about. */
export interface EpochOptions {
  readonly augmentations: readonly Augmentation[];
  readonly seed: number;
  readonly batchSize: number;
  /** Steps of an epoch, however few images there are. */
  readonly steps: number;
}

/**
 * The batches of an epoch (counted from 1) without the first `fromStep` ones. All epochs are one long sequence, in which the
 * images come again and again, each time in another order and augmented anew.
 */
export async function* augmentedBatches(
  images: readonly PreparedImage[],
  { augmentations, seed, batchSize, steps }: EpochOptions,
  epoch: number,
  fromStep: number,
): AsyncGenerator<MaskBatch, void> {
  const orders = new Map<number, readonly PreparedImage[]>();
  const orderOf = (repetition: number): readonly PreparedImage[] => {
    const known = orders.get(repetition) ?? random(seed, 'order', repetition).shuffle(images);
    orders.set(repetition, known);
    return known;
  };
  for (let step = fromStep; step < steps; step++) {
    const start = ((epoch - 1) * steps + step) * batchSize;
    const chosen = Array.from({ length: batchSize }, async (_, index) => {
      const repetition = Math.floor((start + index) / images.length);
      const image = orderOf(repetition)[(start + index) % images.length] as PreparedImage;
      const draw: Draw = { seed, purpose: 'train', repetition };
      return { id: image.id, ...(await augmentedImage(augmentations, image, draw)) };
    });
    yield maskBatch(await Promise.all(chosen));
  }
}
