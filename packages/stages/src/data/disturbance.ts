/** What is done to images on one side of the area of interest, to see whether the decision changes. */
import { fail, random } from '@foveate/contracts';
import type { Augmentation, AugmentationContext, AugmentedImages, Mask, Raster } from '@foveate/contracts';
import { blended } from '@foveate/image';
import type { Operation } from './augment-sample.js';

/** Where something is done. */
export type Side = 'outside' | 'inside';

/** A disturbance, ready to be done. */
export interface Disturbance {
  readonly side: Side;
  /** Id of the augmentation. */
  readonly id: string;
  readonly effect: Augmentation['effect'];
  /**
   * The same sample and seed, the same result.
   * @returns undefined when nothing was done: it did not fit, or no other sample has what it takes
   */
  apply(sample: string, images: AugmentedImages, context: AugmentationContext): Promise<AugmentedImages | undefined>;
}

/** Draws of an augmentation that is done now and then, until it is done. */
const mostDraws = 100;

/**
 * An augmentation on one side alone, done for certain. One that adds content is done as it is.
 * @throws FoveateError `CONFIG_INVALID` for an augmentation that moves the area
 */
export function disturbanceBy({ id, augmentation }: Operation, side: Side, seed: number): Disturbance {
  const { effect } = augmentation;
  if (effect === 'geometric') {
    throw fail({
      code: 'CONFIG_INVALID',
      what: 'An augmentation that moves the area of interest disturbs both sides',
      where: `${side} ${id}`,
      advice: 'Choose one that changes colours or content',
    });
  }
  const drawn = (sample: string, image: Raster): unknown => {
    for (let draw = 0; draw < mostDraws; draw++) {
      const stream = random(seed, 'audit', side, id, sample, ...(draw === 0 ? [] : [draw]));
      const parameters = augmentation.draw(stream, image);
      if (parameters !== undefined) return parameters;
    }
    return undefined;
  };
  return {
    side,
    id,
    effect,
    apply: async (sample, images, others) => {
      const parameters = drawn(sample, images.image);
      if (parameters === undefined) return undefined;
      const done = await augmentation.apply(images, parameters, others);
      const result = effect === 'content' ? done : { ...images, image: onSide(images, done.image, side) };
      return isChanged(images.image, result.image) ? result : undefined;
    },
  };
}

/** The disturbed image on one side, the image as it was on the other. */
function onSide({ image, aoi }: AugmentedImages, disturbed: Raster, side: Side): Raster {
  return blended(image, disturbed.data, coverOf(aoi, side));
}

function coverOf({ data }: Mask, side: Side): Float32Array {
  const cover = new Float32Array(data.length);
  for (let pixel = 0; pixel < cover.length; pixel++) cover[pixel] = (data[pixel] !== 0) === (side === 'inside') ? 1 : 0;
  return cover;
}

function isChanged(before: Raster, after: Raster): boolean {
  return Buffer.compare(before.data, after.data) !== 0;
}
