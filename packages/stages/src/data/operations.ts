import type { RunConfig, Services } from '@foveate/assembly';
import type { Operation } from './augment-sample.js';
import { disturbanceBy, type Disturbance } from './disturbance.js';

/** The augmentations of `data.augment` under their plugins' ids, in order. */
export async function operationsOf(config: RunConfig, services: Services): Promise<readonly Operation[]> {
  return (await augmentationsOf(config, services)).slice(0, config.data.augment.length);
}

/**
 * What `data.disturb` has done outside of areas of interest, in order.
 * @throws FoveateError `CONFIG_INVALID` for an augmentation that moves the area
 */
export async function disturbancesOf(config: RunConfig, services: Services): Promise<readonly Disturbance[]> {
  const operations = (await augmentationsOf(config, services)).slice(config.data.augment.length);
  return operations.map((operation) => disturbanceBy(operation, 'outside', config.seed));
}

/** Services of one kind are one list, in the order of the slots. */
async function augmentationsOf({ data }: RunConfig, services: Services): Promise<readonly Operation[]> {
  const chosen = [...data.augment, ...data.disturb];
  const augmentations = await services.list('augmentation');
  return augmentations.map((augmentation, index) => ({ id: chosen[index]?.id ?? '', augmentation }));
}
