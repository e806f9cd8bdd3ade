/** The augmentations of a training on an image and the masks of all its areas. */
import {
  fail,
  random,
  type Augmentation,
  type AugmentationContext,
  type AugmentedImages,
  type Mask,
} from '@foveate/contracts';
import { emptyMask, unionOf } from '@foveate/image';
import type { PreparedImage } from './training-image.js';

/** Which drawing of the chance an augmentation is. */
export interface Draw {
  readonly seed: number;
  /** `train`, or what else draws. */
  readonly purpose: string;
  /** Counts from 0. */
  readonly repetition: number;
}

/** Nothing of another image is at hand; an augmentation that lives on it would silently do nothing. */
function contextOf(index: number): AugmentationContext {
  const error = () =>
    fail({
      code: 'CONFIG_INVALID',
      what: 'The augmentation takes parts of other images, which are not there when a segmenter is trained',
      where: `augment.${String(index)}`,
      advice: 'Leave it out',
    });
  return { other: () => Promise.reject(error()) };
}

/**
 * Applies the operations in order. The chance of each is a stream of (seed, purpose, repetition, image, position in the list).
 * Areas travel as defects do, by their number; the area of interest is where any of them is, or all of the image.
 */
export async function augmentedImage(
  augmentations: readonly Augmentation[],
  { id, image, masks }: PreparedImage,
  { seed, purpose, repetition }: Draw,
): Promise<Pick<PreparedImage, 'image' | 'masks'>> {
  const defects = masks.map((mask, index) => ({ type: String(index), mask }));
  let current: AugmentedImages = { image, aoi: aoiOf(masks, image), defects };
  for (const [index, augmentation] of augmentations.entries()) {
    const parameters = augmentation.draw(random(seed, 'augment', purpose, repetition, id, index), current.image);
    if (parameters !== undefined) current = await augmentation.apply(current, parameters, contextOf(index));
  }
  const found = new Map(current.defects.map(({ type, mask }) => [type, mask]));
  return {
    image: current.image,
    masks: masks.map(({ width, height }, index) => found.get(String(index)) ?? emptyMask(width, height)),
  };
}

/** Where any of them is; all of the image where none is. */
function aoiOf(masks: readonly Mask[], { width, height }: PreparedImage['image']): Mask {
  const all = unionOf(emptyMask(width, height), ...masks);
  return all.data.includes(255) ? all : emptyMask(width, height, 255);
}
