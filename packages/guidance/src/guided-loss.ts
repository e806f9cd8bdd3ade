/** Cross-entropy plus guidance, as a loss. */
import { guidableExplainer, type Loss, type LossInputs } from '@foveate/contracts';
import { crossEntropy, defectiveClass, isDefective } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { balance } from './balance.js';
import type { GuidanceOptions, GuidedImages, HeatmapGuidanceOptions } from './options.js';

/** What guidance makes of a batch. */
export interface Guidance {
  /** What is to become small, one value an image, [N]. */
  readonly guidance: tf.Tensor1D;
  /** Cross-entropy in place of the usual one of logits and labels, [N]. */
  readonly ce?: tf.Tensor1D;
}

/** How a loss guides. */
export interface GuidanceParts {
  /** Name of the guidance in the log. */
  readonly name: string;
  /** What `measure` reads besides areas of interest. */
  readonly uses: Loss['uses'];
  readonly measure: (inputs: LossInputs) => Guidance;
}

/**
 * The loss (1/N) sum_i CE_i + w g_i G_i: G_i is the guidance of image i, g_i is 1 for the images that are guided, else 0.
 * The weight w is that of the options. While training it grows from 0 to it over the share `warmUp` of the steps, if
 * there is one; balanced, it is multiplied by |d CE| / |d G|, see {@link balance}. A loss that is measured has the constant
 * weight, so that epochs can be compared. Parts for the log: `ce`, the mean guidance under its name and, where it varies,
 * `guidanceWeight`.
 */
export function guidedLoss(
  o: GuidanceOptions & { readonly images: GuidedImages },
  { name, uses, measure }: GuidanceParts,
): Loss {
  const terms = (inputs: LossInputs): Required<Guidance> => {
    const { logits, labels } = inputs;
    const { guidance, ce = crossEntropy(logits, labels, o.labelSmoothing) } = measure(inputs);
    return { ce, guidance: o.images === 'all' ? guidance : tf.mul(guidance, isDefective(labels)) };
  };
  const varies = typeof o.weight !== 'number' || o.balance !== undefined;
  const weightOf = (inputs: LossInputs): tf.Scalar | number => {
    const { value, warmUp } = typeof o.weight === 'number' ? { value: o.weight, warmUp: undefined } : o.weight;
    const progress = varies ? inputs.progress : undefined;
    if (progress === undefined) return value;
    const grown: tf.Scalar =
      warmUp === undefined ? tf.scalar(value) : tf.mul(tf.minimum(tf.div(progress, warmUp), 1), value);
    return o.balance === undefined ? grown : tf.mul(grown, balance(inputs, uses, terms));
  };
  return {
    uses: ['aoi', ...uses, ...(varies ? (['progress'] as const) : [])],
    compute: (inputs) => {
      const { ce, guidance } = terms(inputs);
      const weight = weightOf(inputs);
      const perSample: tf.Tensor1D = tf.add(ce, tf.mul(guidance, weight));
      const parts = { ce: tf.mean<tf.Scalar>(ce), [name]: tf.mean<tf.Scalar>(guidance) };
      return {
        loss: tf.mean(perSample),
        perSample,
        parts: typeof weight === 'number' ? parts : { ...parts, guidanceWeight: weight },
      };
    },
  };
}

/**
 * A {@link guidedLoss} whose guidance is a function of a heatmap.
 * @param name of the guidance in the log
 * @param measure of heatmap [N, h, w] and area of interest [N, H, W], one value an image
 * @throws FoveateError `CONFIG_INVALID` for an explainer that is not differentiable
 */
export function guidedHeatmapLoss(
  o: HeatmapGuidanceOptions,
  name: string,
  measure: (heatmap: tf.Tensor3D, aoi: tf.Tensor3D) => tf.Tensor1D,
): Loss {
  const explainer = guidableExplainer(o.explainer);
  return guidedLoss(o, {
    name,
    uses: explainer.uses,
    measure: (inputs) => {
      const target = o.target === 'label' ? inputs.labels : defectiveClass(inputs.labels);
      return { guidance: measure(explainer.heatmap(inputs, target), inputs.aoi) };
    },
  });
}
