import {
  definePlugin,
  guidableExplainer,
  withMovedKeys,
  type BuiltPlugin,
  type Explainer,
  type Loss,
  type LossInputs,
} from '@foveate/contracts';
import { crossEntropy, defectiveClass, isDefective } from '@foveate/tensor';
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
  explainer: (z.unknown() as z.ZodType<BuiltPlugin<'explainer'>>)
    .prefault({ id: 'grad-cam', alpha: 'exact' })
    .describe('What makes the heatmap: an explainer that is differentiable.'),
  labelSmoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('Share of the cross-entropy target that is spread evenly over all classes; 0 is none.'),
});

/** Options of the loss, defaults filled in. */
export type EnergyOptions = z.output<typeof options>;

function energyLoss(o: Omit<EnergyOptions, 'explainer'>, explainer: Explainer): Loss {
  const compute = (inputs: LossInputs): ReturnType<Loss['compute']> => {
    const { logits, labels, aoi } = inputs;
    const ce = crossEntropy(logits, labels, o.labelSmoothing);
    const target = o.target === 'label' ? labels : defectiveClass(labels);
    const outside = heatOutside(explainer.heatmap(inputs, target), aoi, o.measure);
    const guided = o.images === 'all' ? outside : tf.mul(outside, isDefective(labels));
    const perSample: tf.Tensor1D = tf.add(ce, tf.mul(guided, o.weight));
    return { loss: tf.mean(perSample), perSample, parts: { ce: tf.mean(ce), heatOutside: tf.mean(guided) } };
  };
  return { uses: ['aoi', ...explainer.uses], compute };
}

/** The loss plugin `energy`: (1/N) sum_i CE_i + weight y_i E_i, E_i the heat of image i that lies outside its area. */
export const energy = definePlugin({
  meta: {
    kind: 'loss',
    id: 'energy',
    contract: '^2',
    summary: 'Cross-entropy plus the share of the heatmap that lies outside the area of interest.',
  },
  options: withMovedKeys(options, { alpha: 'loss.explainer.alpha' }),
  slots: { explainer: 'explainer' },
  register: ({ explainer, ...settings }) => energyLoss(settings, guidableExplainer(explainer)),
});
