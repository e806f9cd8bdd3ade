import { definePlugin } from '@foveate/contracts';
import { guidedHeatmapLoss, heatmapGuidanceOptions } from '@foveate/guidance';
import { z } from 'zod';
import { fallingMask, smoothOverlapDistance } from './smooth-overlap.js';

const options = z.strictObject({
  ...heatmapGuidanceOptions({ usual: 0.3, of: 'the overlap distance' }),
  reach: z
    .number()
    .min(0.03)
    .max(1)
    .default(0.1)
    .describe('Distance from the area, as a share of the side of the image, over which the mask falls by 1/e.'),
});

/** Options of the loss, defaults filled in. */
export type CeodV2Options = z.output<typeof options>;

/**
 * The loss plugin `ceod-v2`: (1/N) sum_i CE_i + weight y_i OD_i, the form of CEOD with an overlap distance that has a gradient
 * wherever heat lies outside, see {@link smoothOverlapDistance}.
 */
export const ceodV2 = definePlugin({
  meta: {
    kind: 'loss',
    id: 'ceod-v2',
    contract: '^2',
    summary: 'Cross-entropy plus an overlap distance without dead zones: the idea of CEOD with a gradient everywhere.',
  },
  options,
  slots: { explainer: 'explainer' },
  register: (o) =>
    guidedHeatmapLoss(o, 'od', (heatmap, aoi) =>
      smoothOverlapDistance(heatmap, fallingMask(aoi, [heatmap.shape[1], heatmap.shape[2]], o.reach)),
    ),
});
