/** The trunk of a model: leading stages that a training holds. They see neither batch statistics nor noise. */
import type { Model, NamedTensors, VariableScope } from '@foveate/contracts';
import { inferenceScope } from '@foveate/tensor';
import type { TrainedModel } from '../objective.js';
import type * as tf from '@tensorflow/tfjs-core';

/**
 * Number of leading stages of which nothing changes in the training; 0 for a model without stages.
 * @param trained names of the trained variables
 * @param statistics what batch norm of frozen layers does
 */
export function frozenStages(model: TrainedModel, trained: ReadonlySet<string>, statistics: 'eval' | 'train'): number {
  const { stages = [], variables } = model;
  const trainable = new Set(variables.filter((variable) => variable.trainable).map(({ name }) => name));
  const changes = (name: string): boolean => (trainable.has(name) ? trained.has(name) : statistics === 'train');
  const lowest = stages.findIndex((stage) => stage.variables.some(changes));
  return lowest === -1 ? stages.length : lowest;
}

/** What a forward pass starts from: images [N, H, W, 3], or what the trunk made of them [N, h, w, K]. */
export type TrunkOrImages = { readonly images: tf.Tensor4D } | { readonly trunk: tf.Tensor4D };

/**
 * The feature map [N, h, w, K].
 * @param scope of the stages that are not frozen; of all of them when `frozen` is 0
 * @param frozen leading stages that are frozen, and left out when `input` is what they made
 * @param variables of the frozen stages
 */
export function featureMapOf(
  model: Model,
  input: TrunkOrImages,
  scope: VariableScope,
  { frozen, variables }: { readonly frozen: number; readonly variables: NamedTensors },
): tf.Tensor4D {
  const { stages } = model;
  if (stages === undefined || frozen === 0) {
    if ('trunk' in input) throw new Error('A model without frozen stages has no trunk.');
    return model.features(input.images, scope);
  }
  const trunk = 'trunk' in input ? input.trunk : trunkOf(model, input.images, frozen, variables);
  return stages.slice(frozen).reduce((x, stage) => stage.apply(x, scope), trunk);
}

/** What the leading `frozen` stages make of images, in inference mode. */
export function trunkOf(model: Model, images: tf.Tensor4D, frozen: number, variables: NamedTensors): tf.Tensor4D {
  const scope = inferenceScope(variables);
  return (model.stages ?? []).slice(0, frozen).reduce((x, stage) => stage.apply(x, scope), images);
}
