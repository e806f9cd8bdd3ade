/** Augment: transforms of image and area of interest together, reproducible sample by sample. */
import { random } from '@foveate/contracts';
import type { AugmentedImages, Augmentation } from '@foveate/contracts';
import { map } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';
import type { PreparedSample } from './sample-store.js';

/**
 * Applies the operations in order. The chance of each is a stream of (seed, epoch, sample, position in the list), so a
 * resumed run, another batch order or another number of workers sees the same images.
 */
export function augment(
  operations: readonly Augmentation[],
  seed: number,
  epoch: number,
): MonoTypeOperatorFunction<PreparedSample> {
  return map((sample) => {
    const { image, aoi } = operations.reduce<AugmentedImages>(
      (images, operation, index) => operation.apply(images, random(seed, 'augment', epoch, sample.id, index)),
      sample,
    );
    return { ...sample, image, aoi };
  });
}
