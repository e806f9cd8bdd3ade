import { definePlugin, type Explainer, type Loss, type LossInputs } from '@foveate/contracts';
import { crossEntropy } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { heatOutside } from './heat-outside.js';

const options = z.strictObject({
  weight: z.number().min(0).default(0.3).describe('Weight of the heat outside the area of interest.'),
  measure: z
    .enum(['share', 'mass'])
    .default('share')
    .describe('Heat outside as a share of all heat of the image, or as its sum, in logits.'),
  target: z
    .enum(['defective', 'label'])
    .default('defective')
    .describe("Class the heatmap explains: always the defective class, or the image's own label."),
  images: z
    .enum(['defective', 'all'])
    .default('defective')
    .describe('Which images are guided: the defective ones, or all.'),
  alpha: z
    .enum(['exact', 'detached'])
    .default('exact')
    .describe('Differentiate through the Grad-CAM weights (exact) or hold them constant (detached).'),
  labelSmoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('Share of the cross-entropy target that is spread evenly over all classes; 0 is none.'),
});

/** Options of the loss, defaults filled in. */
export type EnergyOptions = z.output<typeof options>;

function energyLoss(o: EnergyOptions, explainer: Explainer): Loss {
  const compute = (inputs: LossInputs): ReturnType<Loss['compute']> => {
    const { logits, labels, aoi } = inputs;
    const ce = crossEntropy(logits, labels, o.labelSmoothing);
    const target = o.target === 'label' ? labels : defectiveClass(labels);
    const outside = heatOutside(explainer.heatmap(inputs, target, o.alpha), aoi, o.measure);
    const guided = o.images === 'all' ? outside : tf.mul(outside, isDefective(labels));
    const perSample: tf.Tensor1D = tf.add(ce, tf.mul(guided, o.weight));
    return { loss: tf.mean(perSample), perSample, parts: { ce: tf.mean(ce), heatOutside: tf.mean(guided) } };
  };
  return { uses: ['aoi'], compute };
}

/** 1 for defective images, else 0. [N] */
function isDefective(labels: tf.Tensor2D): tf.Tensor1D {
  return tf.squeeze(tf.slice(labels, [0, 1], [-1, 1]), [1]);
}

/** One-hot rows of the defective class. [N, classes] */
function defectiveClass(labels: tf.Tensor2D): tf.Tensor2D {
  return tf.oneHot(tf.onesLike(tf.argMax(labels, 1)), labels.shape[1]) as tf.Tensor2D;
}

/** The loss plugin `energy`: (1/N) sum_i CE_i + weight y_i E_i, E_i the heat of image i that lies outside its area. */
export const energy = definePlugin({
  meta: {
    kind: 'loss',
    id: 'energy',
    contract: '^2',
    summary: 'Cross-entropy plus the share of the heatmap that lies outside the area of interest.',
  },
  options,
  register: async (settings, context) => energyLoss(settings, await context.get('explainer', 'grad-cam')),
});
