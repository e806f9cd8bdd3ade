/** Feature extractors in parts, and what classifiers usually do with a feature map. */
import type { Model, ModelStage } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { dense } from './dense.js';
import { dropout } from './noise.js';
import type { Layer, Variables } from './variables.js';

/** Builds a stage and notes the variables it declares. */
export function stage(variables: Variables, name: string, build: () => Layer): ModelStage {
  const { result, names } = variables.record(build);
  return { name, variables: names, apply: result };
}

/** `features` as the stages, one after the other. */
export function staged(stages: readonly ModelStage[]): Required<Pick<Model, 'stages' | 'features'>> {
  return { stages, features: (images, scope) => stages.reduce((x, { apply }) => apply(x, scope), images) };
}

/** Global average of each map, dropout, one dense layer: variables `logits/*`, noise `dropout`. */
export function averagePoolHead(
  variables: Variables,
  options: { readonly channels: number; readonly classes: number; readonly dropRate: number },
): Layer<tf.Tensor4D, tf.Tensor2D> {
  const drop = dropout(variables, 'dropout', options.channels, options.dropRate);
  const logits = dense(variables, 'logits', options.channels, options.classes);
  return (featureMap, scope) => logits(drop(tf.mean<tf.Tensor2D>(featureMap, [1, 2]), scope), scope);
}
