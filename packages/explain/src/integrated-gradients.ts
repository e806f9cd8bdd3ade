import { definePlugin, type Explainer } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { baseline, baselineOf } from './baseline.js';
import { scoreOf } from './score.js';

const options = z.strictObject({
  steps: z
    .int()
    .min(1)
    .default(16)
    .describe('Points between baseline and image at which the gradient is taken. The network runs once for each.'),
  baseline,
});

/** Options of the explainer, defaults filled in. */
export type IntegratedGradientsOptions = z.output<typeof options>;

/**
 * Integrated gradients (Sundararajan et al. 2017, equation 1), at the resolution of the image: with baseline X' and score S,
 *
 *     heatmap = ReLU(sum over colours of (X - X') integral_0^1 dS/dX(X' + t (X - X')) dt)
 *
 * The integral is the mean of the gradient in the middle of `steps` equal parts. Before ReLU all pixels together sum up to
 * S(X) - S(X'): nothing that the score is made of is left out.
 */
function integratedGradientsExplainer({ steps, baseline: kind }: IntegratedGradientsOptions): Explainer {
  return {
    uses: ['images', 'forward'],
    differentiable: true,
    heatmap: ({ images, forward }, target) => {
      const from = baselineOf(images, kind);
      const way = tf.sub<tf.Tensor4D>(images, from);
      const gradient = tf.grad((x: tf.Tensor) => tf.sum(scoreOf(forward(x as tf.Tensor4D).logits, target)));
      const gradients = Array.from({ length: steps }, (_, step) =>
        gradient(tf.add(from, tf.mul(way, (step + 0.5) / steps))),
      );
      return tf.relu(tf.sum(tf.mul(way, tf.div(tf.addN(gradients), steps)), 3));
    },
  };
}

/** The explainer plugin `integrated-gradients`. */
export const integratedGradients = definePlugin({
  meta: {
    kind: 'explainer',
    id: 'integrated-gradients',
    contract: '^2',
    summary: 'Integrated gradients: what each pixel adds to the score on the way from a blank image to this one.',
  },
  options,
  register: integratedGradientsExplainer,
});
