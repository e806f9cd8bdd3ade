import { definePlugin, type Explainer } from '@foveate/contracts';
import { stopGradient } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { heatOf, mapGradient } from './score.js';

const options = z.strictObject({
  alpha: z
    .enum(['exact', 'detached'])
    .default('detached')
    .describe(
      'What a loss that guides the heatmap differentiates: the weights of the maps too (exact), or the maps alone ' +
        '(detached). The heatmap is the same.',
    ),
});

/** Options of the explainer, defaults filled in. */
export type GradCamOptions = z.output<typeof options>;

/**
 * Grad-CAM (Selvaraju et al. 2017; equations 1 and 2 of the paper): the score of the target class before softmax is
 * differentiated with respect to the feature map A; alpha_k is the mean of the gradient over the pixels of map k; the
 * heatmap is ReLU(sum_k alpha_k A_k).
 */
function gradCamExplainer({ alpha: mode }: GradCamOptions): Explainer {
  return {
    uses: [],
    differentiable: true,
    heatmap: (view, target) => {
      const weights: tf.Tensor4D = tf.mean(mapGradient(view, target), [1, 2], true);
      const alpha = mode === 'detached' ? stopGradient<tf.Tensor4D>(weights) : weights;
      return heatOf(tf.mul(view.featureMap, alpha));
    },
  };
}

/** The explainer plugin `grad-cam`. */
export const gradCam = definePlugin({
  meta: {
    kind: 'explainer',
    id: 'grad-cam',
    contract: '^2',
    summary: 'Grad-CAM: where the evidence for a class lies, at feature-map resolution.',
  },
  options,
  register: gradCamExplainer,
});
