import { definePlugin, type Explainer } from '@foveate/contracts';
import { stopGradient } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

/**
 * Grad-CAM (Selvaraju et al. 2017; equations 1 and 2 of the paper): the score of the target class before softmax is
 * differentiated with respect to the feature map A; alpha_k is the mean of the gradient over the pixels of map k; the
 * heatmap is ReLU(sum_k alpha_k A_k).
 */
const explainer: Explainer = {
  heatmap: ({ featureMap, head }, target, alphaMode) => {
    // Samples do not mix in the head, so the sum over the batch gives every sample its own gradient.
    const score = (map: tf.Tensor): tf.Scalar => tf.sum(tf.mul(head(map as tf.Tensor4D), target));
    const gradient = tf.grad(score)(featureMap);
    const weights: tf.Tensor4D = tf.mean(gradient, [1, 2], true);
    const alpha = alphaMode === 'detached' ? stopGradient<tf.Tensor4D>(weights) : weights;
    return tf.relu(tf.sum(tf.mul(featureMap, alpha), 3)) as tf.Tensor3D;
  },
};

/** The explainer plugin `grad-cam`. */
export const gradCam = definePlugin({
  meta: {
    kind: 'explainer',
    id: 'grad-cam',
    contract: '^2',
    summary: 'Grad-CAM: where the evidence for a class lies, at feature-map resolution.',
  },
  options: z.strictObject({}),
  register: () => explainer,
});
