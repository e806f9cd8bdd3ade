import { definePlugin, fail, type LossInputs } from '@foveate/contracts';
import { guidanceOptions, guidedImages, guidedLoss } from '@foveate/guidance';
import { z } from 'zod';
import { areaCrossEntropy } from './area-cross-entropy.js';

const options = z.strictObject({
  ...guidanceOptions({ usual: 1, of: 'the cross-entropy of the predicted area' }),
  images: guidedImages('all'),
});

/** Options of the loss, defaults filled in. */
export type AreaOptions = z.output<typeof options>;

function measure({ areaLogits, featureMap, aoi }: LossInputs) {
  if (areaLogits === undefined) {
    throw fail({
      code: 'CONFIG_INVALID',
      what: "The loss 'area' trains the area that a model predicts, and this model predicts none",
      where: 'model',
      advice: 'Write model: { id: area-pooling, model: … } around it',
    });
  }
  return { guidance: areaCrossEntropy(areaLogits(featureMap), aoi) };
}

/** The loss plugin `area`: (1/N) sum_i CE_i + weight B_i, B_i the cross-entropy of the area that the model predicts. */
export const area = definePlugin({
  meta: {
    kind: 'loss',
    id: 'area',
    contract: '^2',
    summary: 'Cross-entropy plus that of the area of interest that the model predicts.',
  },
  options,
  register: (o: AreaOptions) => guidedLoss(o, { name: 'areaCrossEntropy', uses: ['areaLogits'], measure }),
});
