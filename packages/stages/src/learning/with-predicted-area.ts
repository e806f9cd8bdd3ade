/** What is trained where the model predicts the area of interest itself. */
import type { Loss, Model } from '@foveate/contracts';
import { areaCrossEntropy } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The loss plus, for a model that predicts the area of interest, its weight times the cross-entropy of that, of every image. In the
 * log that part is called `area`. For other models the loss as it is.
 */
export function withPredictedArea(loss: Loss, { area }: Pick<Model, 'area'>): Loss {
  if (area === undefined) return loss;
  return {
    uses: [...new Set([...loss.uses, 'aoi' as const])],
    compute: (inputs) => {
      const plain = loss.compute(inputs);
      const perImage = areaCrossEntropy(area.logits(inputs.featureMap), inputs.aoi);
      const perSample: tf.Tensor1D = tf.add(plain.perSample, tf.mul(perImage, area.weight));
      return { loss: tf.mean(perSample), perSample, parts: { ...plain.parts, area: tf.mean(perImage) } };
    },
  };
}
