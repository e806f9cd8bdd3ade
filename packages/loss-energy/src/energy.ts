import { definePlugin, withMovedKeys } from '@foveate/contracts';
import { guidedHeatmapLoss, heatmapGuidanceOptions } from '@foveate/guidance';
import { z } from 'zod';
import { heatOutside } from './heat-outside.js';

const options = z.strictObject({
  ...heatmapGuidanceOptions({ usual: 0.3, of: 'the heat outside the area of interest' }),
  measure: z
    .enum(['share', 'mass'])
    .default('share')
    .describe('Heat outside as a share of all heat of the image, or as its sum, in logits.'),
});

/** Options of the loss, defaults filled in. */
export type EnergyOptions = z.output<typeof options>;

/** The loss plugin `energy`: (1/N) sum_i CE_i + weight y_i E_i, E_i the heat of image i that lies outside its area. */
export const energy = definePlugin({
  meta: {
    kind: 'loss',
    id: 'energy',
    contract: '^2',
    summary: 'Cross-entropy plus the share of the heatmap that lies outside the area of interest.',
  },
  options: withMovedKeys(options, { alpha: 'loss.explainer.alpha' }),
  slots: { explainer: 'explainer' },
  register: (o: EnergyOptions) =>
    guidedHeatmapLoss(o, 'heatOutside', (heatmap, aoi) => heatOutside(heatmap, aoi, o.measure)),
});
