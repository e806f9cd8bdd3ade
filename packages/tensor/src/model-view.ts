/** A model on a batch of images, as losses and explainers see it. */
import type { Model, ModelView, VariableScope } from '@foveate/contracts';
import type * as tf from '@tensorflow/tfjs-core';

/** What runs: a model, or a part of one. */
export type Runnable = Pick<Model, 'features' | 'head'>;

/**
 * Runs a model. Only this pass tells `scope` of new statistics: what losses and explainers run again changes nothing.
 * @param images [N, H, W, 3], sRGB in [0, 1]
 */
export function modelView(model: Runnable, images: tf.Tensor4D, scope: VariableScope): ModelView {
  return { images, ...viewOf(model, model.features(images, scope), scope) };
}

/**
 * As {@link modelView}, from the feature map on.
 * @param featureMap [N, h, w, K], what the model's features are of images that need not be there
 */
export function viewOf(model: Runnable, featureMap: tf.Tensor4D, scope: VariableScope): Omit<ModelView, 'images'> {
  const again: VariableScope = { ...scope, update: () => undefined };
  return {
    featureMap,
    logits: model.head(featureMap, scope),
    head: (map) => model.head(map, again),
    forward: (images) => modelView(model, images, again),
  };
}
