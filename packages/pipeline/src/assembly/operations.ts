import type { RunConfig } from '../config/run-config.js';
import type { Operation } from '../stages/4-augment.js';
import type { Services } from './container.js';

/** The augmentations of a configuration under their plugins' ids, in order. */
export async function operationsOf(config: RunConfig, services: Services): Promise<readonly Operation[]> {
  const augmentations = await services.list('augmentation');
  return augmentations.map((augmentation, index) => ({ id: config.data.augment[index]?.id ?? '', augmentation }));
}
