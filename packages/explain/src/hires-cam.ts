import { definePlugin, type Explainer } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { heatOf, mapGradient } from './score.js';

/**
 * HiResCAM (Draelos and Carin 2020): ReLU(sum_k dS/dA_k A_k), the gradient pixel by pixel in place of its mean. What adds to
 * the score of a linear head is shown exactly; behind global average pooling it is Grad-CAM.
 */
function heatmap(...[view, target]: Parameters<Explainer['heatmap']>): tf.Tensor3D {
  return heatOf(tf.mul(view.featureMap, mapGradient(view, target)));
}

/** The explainer plugin `hires-cam`. */
export const hiResCam = definePlugin({
  meta: {
    kind: 'explainer',
    id: 'hires-cam',
    contract: '^2',
    summary: 'HiResCAM: as Grad-CAM, with the gradient of each pixel in place of its mean.',
  },
  options: z.strictObject({}),
  register: (): Explainer => ({ uses: [], differentiable: true, heatmap }),
});
