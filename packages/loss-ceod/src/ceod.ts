import {
  definePlugin,
  guidableExplainer,
  withMovedKeys,
  type Explainer,
  type Loss,
  type LossInputs,
} from '@foveate/contracts';
import { guidedExplainer, heatmapTarget, labelSmoothing } from '@foveate/guidance';
import { crossEntropy, defectiveClass, isDefective } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { filteredMask, hottestPixels, overlapDistance } from './overlap.js';

const options = z.strictObject({
  omega: z.number().min(0).default(0.001).describe('Weight of the overlap distance (equation 7).'),
  epsilon: z
    .number()
    .gt(0)
    .lt(0.5)
    .default(1e-7)
    .describe('The overlap is clipped to [epsilon, 1 - epsilon] (equation 8).'),
  threshold: z
    .number()
    .gt(0)
    .max(1)
    .default(0.5)
    .describe('Hottest pixels: at least this share of the heatmap maximum.'),
  maskKernel: z
    .number()
    .gt(0)
    .default(0.5)
    .describe('Value of each weight of the 3x3 mask filter (Algorithm 1, line 3).'),
  clipMask: z.boolean().default(false).describe('Clip the filtered mask to [0, 1]; the paper does not.'),
  explainer: guidedExplainer,
  target: heatmapTarget('label'),
  labelSmoothing,
});

/** Options of the loss, defaults filled in. */
export type CeodOptions = z.output<typeof options>;

function ceodLoss(o: Omit<CeodOptions, 'explainer'>, explainer: Explainer): Loss {
  const compute = (inputs: LossInputs): ReturnType<Loss['compute']> => {
    const { logits, labels, aoi } = inputs;
    const ce = crossEntropy(logits, labels, o.labelSmoothing);
    const target = o.target === 'label' ? labels : defectiveClass(labels);
    const heatmap = explainer.heatmap(inputs, target);
    const mask = filteredMask(aoi, [heatmap.shape[1], heatmap.shape[2]], o.maskKernel, o.clipMask);
    // Equation 7: y_i switches the term off for images without defect.
    const od = tf.mul(isDefective(labels), overlapDistance(hottestPixels(heatmap, o.threshold), mask, o.epsilon));
    const perSample = tf.add(ce, tf.mul(od, o.omega));
    return { loss: tf.mean(perSample), perSample, parts: { ce: tf.mean(ce), od: tf.mean(od) } };
  };
  return { uses: ['aoi', ...explainer.uses], compute };
}

/** The loss plugin `ceod`: CEOD = (1/N) sum_i CE_i + omega y_i OD_i (equations 6 to 8). */
export const ceod = definePlugin({
  meta: {
    kind: 'loss',
    id: 'ceod',
    contract: '^2',
    summary: 'Cross-entropy overlap distance: cross-entropy plus a penalty for looking outside the area of interest.',
  },
  options: withMovedKeys(options, { alpha: 'loss.explainer.alpha' }),
  slots: { explainer: 'explainer' },
  register: ({ explainer, ...settings }) => ceodLoss(settings, guidableExplainer(explainer)),
});
