/** The model on a batch inside a program. */
import type { Model, ModelView, NamedTensors, VariableScope } from '@foveate/contracts';
import { viewOf } from '@foveate/tensor';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { featureMapOf, type TrunkOrImages } from '../trunk/held-stages.js';

/** A view whose images are not there when features come from a cache. */
export type BatchView = Omit<ModelView, 'images'> & { readonly images?: Tensor4D };

/** Runs the model from images or from what the held stages made of them; `forward` starts from images in either case. */
export function batchView(
  model: Model,
  start: TrunkOrImages,
  scope: VariableScope,
  trunk: { readonly held: number; readonly variables: NamedTensors },
): BatchView {
  const whole: Pick<Model, 'features' | 'head'> = {
    features: (images, inScope) => featureMapOf(model, { images }, inScope, trunk),
    head: (featureMap, inScope) => model.head(featureMap, inScope),
  };
  return {
    ...('images' in start ? { images: start.images } : {}),
    ...viewOf(whole, featureMapOf(model, start, scope, trunk), scope),
  };
}
