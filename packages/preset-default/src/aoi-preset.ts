import { definePlugin } from '@foveate/contracts';
import { z } from 'zod';

const swap = { id: 'background-swap', probability: 1 };
const withoutSeam = { ...swap, matchTone: 'border' };
const paste = { id: 'defect-paste', place: 'outside', probability: 0.5 };
const marks = { id: 'decoy', shape: 'any', size: [0.06, 0.25], colour: 'any', probability: 0.5 };

/** What each version fills in. A version is never changed: it is what somebody's configuration means. */
const versions = {
  1: { data: { augment: [swap] }, loss: { id: 'energy', weight: 0.3 } },
  2: { data: { augment: [swap, paste] }, loss: { id: 'energy', weight: 0.3 } },
  3: { data: { augment: [withoutSeam, paste] }, loss: { id: 'energy', weight: 0.3 } },
  4: { data: { augment: [withoutSeam, paste, marks] }, loss: { id: 'energy', weight: 0.3 } },
} as const;

const options = z.strictObject({
  version: z
    .union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)])
    .default(4)
    .describe(
      '1: swapped surroundings and heat inside the area. 2: also defects pasted outside, which are none. 3: swapped without a seam. 4: also marks of any look outside.',
    ),
});

/**
 * The preset `aoi`: surroundings that say nothing, and heat that must lie inside the area of interest. A feature map
 * carries the outside into the area through its receptive field, so that a heatmap inside proves nothing; with every
 * training image in the surroundings of another, there is nothing to carry. The loss makes that hold in every seed. What
 * a flaw outside looks like is learned from flaws of other images pasted there; where no image has masks of its flaws,
 * nothing is pasted. The surroundings take on the colours along the border, so that textures show no seam. Marks of any look
 * stand for what no training image shows.
 */
export const aoiPreset = definePlugin({
  meta: {
    kind: 'preset',
    id: 'aoi',
    contract: '^2',
    summary:
      'Classifiers whose decision depends on the area of interest: loss energy, swapped surroundings, flaws and marks pasted outside.',
  },
  options,
  register: ({ version }) => structuredClone(versions[version]),
});
