import type { RunConfig, Services } from '@foveate/assembly';
import type { Operation } from './augment-sample.js';

/** The augmentations of a configuration under their plugins' ids, in order. */
export async function operationsOf(config: RunConfig, services: Services): Promise<readonly Operation[]> {
  const augmentations = await services.list('augmentation');
  return augmentations.map((augmentation, index) => ({ id: config.data.augment[index]?.id ?? '', augmentation }));
}
