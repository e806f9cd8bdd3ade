import { definePlugin, type Explainer } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { heatOf, mapGradient } from './score.js';

/**
 * Layer-CAM (Jiang et al. 2021, equations 6 to 8): ReLU(sum_k ReLU(dS/dA_k) A_k): each pixel of a map is weighted by its own
 * gradient, where that speaks for the class.
 */
function heatmap(...[view, target]: Parameters<Explainer['heatmap']>): tf.Tensor3D {
  return heatOf(tf.mul(view.featureMap, tf.relu(mapGradient(view, target))));
}

/** The explainer plugin `layer-cam`. */
export const layerCam = definePlugin({
  meta: {
    kind: 'explainer',
    id: 'layer-cam',
    contract: '^2',
    summary: 'Layer-CAM: each pixel of the feature map weighted by its own gradient, where that is above zero.',
  },
  options: z.strictObject({}),
  register: (): Explainer => ({ uses: [], differentiable: true, heatmap }),
});
