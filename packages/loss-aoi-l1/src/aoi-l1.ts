import { definePlugin } from '@foveate/contracts';
import { guidedHeatmapLoss, heatmapGuidanceOptions } from '@foveate/guidance';
import { z } from 'zod';
import { heatDifference } from './heat-difference.js';

const options = z.strictObject(
  heatmapGuidanceOptions({ usual: 1, of: 'the difference of heatmap and area of interest' }),
);

/** Options of the loss, defaults filled in. */
export type AoiL1Options = z.output<typeof options>;

/** The loss plugin `aoi-l1`: (1/N) sum_i CE_i + weight y_i mean |H_i / max H_i - M_i|, H_i the heatmap, M_i the area. */
export const aoiL1 = definePlugin({
  meta: {
    kind: 'loss',
    id: 'aoi-l1',
    contract: '^2',
    summary: 'Cross-entropy plus the mean absolute difference of heatmap and area of interest.',
  },
  options,
  slots: { explainer: 'explainer' },
  register: (o) => guidedHeatmapLoss(o, 'heatDifference', heatDifference),
});
