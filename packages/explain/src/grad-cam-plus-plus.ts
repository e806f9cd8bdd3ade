import { definePlugin, type Explainer } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { heatOf, mapGradient } from './score.js';

/**
 * Grad-CAM++ (Chattopadhay et al. 2018, equations 5, 6 and 19). Of a score Y = exp(S), S the logit, which is linear in the
 * feature map A around it, with g = dS/dA:
 *
 *     alpha_kij = g_kij^2 / (2 g_kij^2 + sum_ab A_kab g_kij^3)
 *     w_k = sum_ij alpha_kij ReLU(g_kij)
 *     heatmap = ReLU(sum_k w_k A_k)
 *
 * Several places that speak for the class count as much as one. The factor exp(S) that all w_k of an image share is left out.
 * The formula is about maps after ReLU; where a map falls below zero it counts as zero in the sum, so that nothing is divided
 * by less than 2.
 */
function heatmap(...[view, target]: Parameters<Explainer['heatmap']>): tf.Tensor3D {
  const rising = tf.relu(mapGradient(view, target));
  const mass = tf.sum(tf.relu(view.featureMap), [1, 2], true);
  // alpha ReLU(g), a factor g^2 taken out of the fraction: it is there where g is zero, too.
  const weights = tf.sum(tf.div(rising, tf.add(tf.mul(mass, rising), 2)), [1, 2], true);
  return heatOf(tf.mul(view.featureMap, weights));
}

/** The explainer plugin `grad-cam-plus-plus`. */
export const gradCamPlusPlus = definePlugin({
  meta: {
    kind: 'explainer',
    id: 'grad-cam-plus-plus',
    contract: '^2',
    summary: 'Grad-CAM++: as Grad-CAM, with several places of evidence that count alike.',
  },
  options: z.strictObject({}),
  register: (): Explainer => ({ uses: [], differentiable: true, heatmap }),
});
