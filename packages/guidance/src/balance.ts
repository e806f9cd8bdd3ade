import type { Loss, LossInputs, ModelView } from '@foveate/contracts';
import { readsPixels, withoutGradient } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';

/** Two terms of a loss, one value an image, [N]. */
interface Terms {
  readonly ce: tf.Tensor1D;
  readonly guidance: tf.Tensor1D;
}

/** Norm below which a gradient counts as none: guidance that is content, or of no image, is not to be blown up. */
const none = 1e-8;

/**
 * |d CE| / |d G|, Euclidean norms of the gradients of the means of both terms over the batch: times a weight w, the gradient of
 * guidance has w times the norm of that of cross-entropy, however guidance is scaled. The gradients are those by the feature map, which
 * cost a pass through the head; where guidance reads pixels they are those by the images, which cost about two steps more. The
 * ratio is a constant to differentiation, and zero where guidance has no gradient.
 * @param uses what guidance reads
 * @param terms of a view of the same batch
 */
export function balance(inputs: LossInputs, uses: Loss['uses'], terms: (inputs: LossInputs) => Terms): tf.Scalar {
  return withoutGradient(() => {
    const [at, viewAt] = readsPixels({ uses })
      ? [inputs.images, (images: tf.Tensor): Partial<ModelView> => inputs.forward(images as tf.Tensor4D)]
      : [inputs.featureMap, (map: tf.Tensor) => ofFeatures(inputs, map as tf.Tensor4D)];
    const norm = (term: keyof Terms): tf.Scalar => {
      const mean = (x: tf.Tensor): tf.Scalar => tf.mean(terms(seen(inputs, viewAt(x)))[term]);
      return tf.sqrt(tf.sum(tf.square(tf.grad(mean)(at))));
    };
    const guidance = norm('guidance');
    const ratio = tf.div(norm('ce'), tf.maximum(guidance, none));
    return tf.mul<tf.Scalar>(ratio, tf.cast(tf.greater(guidance, none), 'float32'));
  });
}

function ofFeatures({ head }: LossInputs, featureMap: tf.Tensor4D): Partial<ModelView> {
  return { featureMap, logits: head(featureMap) };
}

/** The inputs with another view; what is not declared stays out of reach. */
function seen(inputs: LossInputs, view: Partial<ModelView>): LossInputs {
  return Object.create(inputs, Object.getOwnPropertyDescriptors(view)) as LossInputs;
}
