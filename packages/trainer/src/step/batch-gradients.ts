/** Forward and backward pass of one batch. */
import type { Loss, Model, NamedTensors } from '@foveate/contracts';
import { lossInputs, pickPrefix, tensorNamed, withPrefix } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { programInputs } from '../feed/batch-tensors.js';
import { frozenStages } from '../trunk/frozen-stages.js';
import { modelPrefix, noisePrefix, trainingScope, type Trained } from '../variables.js';
import { batchView } from './batch-view.js';
import { weighted } from './class-weights.js';
import { euclideanNorm } from './clip.js';
import { gradientsCarrying, type Carry } from './gradients.js';
import { checkedLossOutput } from './loss-output.js';

/** What a forward and backward pass is made of. */
export interface GradientParts extends Trained {
  readonly model: Model;
  readonly loss: Loss;
  /** Weight of each class in the loss; left out: 1. */
  readonly classWeights?: readonly number[];
}

/** What comes out of a forward and backward pass. All values are from before the update. */
export interface BatchGradients {
  /** Of the trained variables, by name. */
  readonly gradients: NamedTensors;
  /** Euclidean norm over all gradients, a scalar. */
  readonly norm: tf.Tensor;
  /** New values of the variables that are not trainable, by name. */
  readonly statistics: NamedTensors;
  /** `loss` (scalar), `perSample` [N], `logits` [N, classes], `parts/<name>` (scalars) and `gradientNorm` (scalar). */
  readonly outputs: NamedTensors;
}

const outputPrefix = 'outputs';

/** Gradients reach down to the lowest trained variable and no further. */
export function batchGradients(parts: GradientParts, inputs: NamedTensors, variables: NamedTensors): BatchGradients {
  const names = [...parts.trained];
  const { gradients, carried } = gradientsCarrying(
    names.map((name) => tensorNamed(variables, name)),
    (carry) => forward(parts, inputs, variables, carry),
  );
  const norm = euclideanNorm(gradients);
  return {
    gradients: Object.fromEntries(names.map((name, index) => [name, gradients[index] as tf.Tensor])),
    norm,
    statistics: pickPrefix(modelPrefix, carried),
    outputs: { ...pickPrefix(outputPrefix, carried), gradientNorm: norm },
  };
}

function forward(parts: GradientParts, inputs: NamedTensors, variables: NamedTensors, carry: Carry): tf.Scalar {
  const { model, loss, classWeights } = parts;
  const { start, labels, aoi } = programInputs(inputs, model.classes);
  const noise = pickPrefix(noisePrefix, inputs);
  const scope = trainingScope(model, parts, { variables, noise }, (name, value) =>
    carry(`${modelPrefix}/${name}`, value),
  );
  const held = frozenStages(model, parts.trained, parts.frozenBatchNorm);
  const view = batchView(model, start, scope, { held, variables });
  const given = loss.compute(lossInputs(loss, { view, labels, ...(aoi === undefined ? {} : { aoi }) }));
  const plain = checkedLossOutput(given, labels.shape[0]);
  const result = classWeights === undefined ? plain : weighted(plain, labels, classWeights);
  const outputs = {
    loss: result.loss,
    perSample: result.perSample,
    logits: view.logits,
    ...withPrefix('parts', result.parts),
  };
  for (const [name, tensor] of Object.entries(outputs)) carry(`${outputPrefix}/${name}`, tensor);
  return result.loss;
}
