import { definePlugin } from '@foveate/contracts';
import { z } from 'zod';

/**
 * Metric `aoi-share`: key `aoiShare`, the mean over defective images of the share of heatmap mass that lies inside the
 * area of interest, in [0, 1]. Each image counts once, however much mass its heatmap has; images whose heatmap is all
 * zero have no share and are left out. Null when nothing is left.
 */
export const aoiShare = definePlugin({
  meta: {
    kind: 'metric',
    id: 'aoi-share',
    contract: '^2',
    summary: 'Mean share of heatmap mass inside the area of interest, over defective images.',
  },
  options: z.strictObject({}),
  register: () => ({
    measure(predictions) {
      const shares = predictions
        .filter((prediction) => prediction.label === 1)
        .map((prediction) => prediction.aoiShare)
        .filter((share) => share !== undefined);
      const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
      return { aoiShare: shares.length === 0 ? null : mean };
    },
  }),
});
