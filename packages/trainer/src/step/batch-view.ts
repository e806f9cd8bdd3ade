/** The model on a batch inside a program. */
import type { Model, NamedTensors, VariableScope } from '@foveate/contracts';
import { viewOf, type BatchView } from '@foveate/tensor';
import { featureMapOf, type TrunkOrImages } from '../trunk/frozen-stages.js';

/** Runs the model from images or from what the frozen stages made of them; `forward` starts from images in either case. */
export function batchView(
  model: Model,
  start: TrunkOrImages,
  scope: VariableScope,
  trunk: { readonly frozen: number; readonly variables: NamedTensors },
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
