import {
  definePlugin,
  guidableExplainer,
  type BuiltPlugin,
  type Explainer,
  type Loss,
  type LossInputs,
} from '@foveate/contracts';
import { crossEntropy, defectiveClass, isDefective } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { heatDifference } from './heat-difference.js';

const options = z.strictObject({
  weight: z.number().min(0).default(1).describe('Weight of the difference of heatmap and area of interest.'),
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
export type AoiL1Options = z.output<typeof options>;

function aoiL1Loss(o: Omit<AoiL1Options, 'explainer'>, explainer: Explainer): Loss {
  const compute = (inputs: LossInputs): ReturnType<Loss['compute']> => {
    const { logits, labels, aoi } = inputs;
    const ce = crossEntropy(logits, labels, o.labelSmoothing);
    const target = o.target === 'label' ? labels : defectiveClass(labels);
    const difference = heatDifference(explainer.heatmap(inputs, target), aoi);
    const guided = o.images === 'all' ? difference : tf.mul<tf.Tensor1D>(difference, isDefective(labels));
    const perSample: tf.Tensor1D = tf.add(ce, tf.mul(guided, o.weight));
    return { loss: tf.mean(perSample), perSample, parts: { ce: tf.mean(ce), heatDifference: tf.mean(guided) } };
  };
  return { uses: ['aoi', ...explainer.uses], compute };
}

/** The loss plugin `aoi-l1`: (1/N) sum_i CE_i + weight y_i mean |H_i / max H_i - M_i|, H_i the heatmap, M_i the area. */
export const aoiL1 = definePlugin({
  meta: {
    kind: 'loss',
    id: 'aoi-l1',
    contract: '^2',
    summary: 'Cross-entropy plus the mean absolute difference of heatmap and area of interest.',
  },
  options,
  slots: { explainer: 'explainer' },
  register: ({ explainer, ...settings }) => aoiL1Loss(settings, guidableExplainer(explainer)),
});
