import { definePlugin } from '@foveate/contracts';
import { z } from 'zod';

/**
 * The preset `aoi`: surroundings that say nothing, and heat that must lie inside the area of interest. A feature map
 * carries the outside into the area through its receptive field, so that a heatmap inside proves nothing; with every
 * training image in the surroundings of another, there is nothing to carry. The loss makes that hold in every seed.
 */
export const aoiPreset = definePlugin({
  meta: {
    kind: 'preset',
    id: 'aoi',
    contract: '^2',
    summary: 'Classifiers whose decision depends on the area of interest: the loss energy and swapped surroundings.',
  },
  options: z.strictObject({}),
  register: () => ({
    data: { augment: [{ id: 'background-swap', probability: 1 }] },
    loss: { id: 'energy', weight: 0.3 },
  }),
});
