/** Augment: transforms of image and area of interest together, reproducible sample by sample. */
import { random } from '@foveate/contracts';
import type { AugmentationContext, AugmentedImages, Augmentation } from '@foveate/contracts';
import { mergeMap } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';
import type { PreparedSample } from './sample-store.js';

const alone: AugmentationContext = { other: () => Promise.resolve(undefined) };

/**
 * Applies the operations in order. The chance of each is a stream of (seed, epoch, sample, position in the list), so a
 * resumed run, another batch order or another number of workers sees the same images.
 */
export function augment(
  operations: readonly Augmentation[],
  seed: number,
  epoch: number,
): MonoTypeOperatorFunction<PreparedSample> {
  return mergeMap(async (sample) => {
    let images: AugmentedImages = sample;
    for (const [index, operation] of operations.entries()) {
      const parameters = operation.draw(random(seed, 'augment', epoch, sample.id, index), images.image);
      if (parameters !== undefined) images = await operation.apply(images, parameters, alone);
    }
    return { ...sample, ...images };
  });
}
