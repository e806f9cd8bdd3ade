/** Forward and backward pass of one batch. */
import type { NamedTensors } from '@foveate/contracts';
import { pickPrefix, tensorNamed, withPrefix } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Objective } from '../objective.js';
import { frozenStages } from '../trunk/frozen-stages.js';
import { modelPrefix, noisePrefix, trainingScope, type Trained } from '../variables.js';
import { euclideanNorm } from './clip.js';
import { gradientsCarrying, type Carry } from './gradients.js';

/** What a forward and backward pass is made of. */
export interface GradientParts extends Trained {
  readonly objective: Pick<Objective, 'model' | 'learn'>;
}

/** What comes out of a forward and backward pass. All values are from before the update. */
export interface BatchGradients {
  /** Of the trained variables, by name. */
  readonly gradients: NamedTensors;
  /** Euclidean norm over all gradients, a scalar. */
  readonly norm: tf.Tensor;
  /** New values of the variables that are not trainable, by name. */
  readonly statistics: NamedTensors;
  /** `loss` (scalar), `perSample` [N], what the objective adds, `parts/<name>` (scalars) and `gradientNorm` (scalar). */
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
  const { objective, trained, frozenBatchNorm } = parts;
  const { model } = objective;
  const noise = pickPrefix(noisePrefix, inputs);
  const scope = trainingScope(model, parts, { variables, noise }, (name, value) =>
    carry(`${modelPrefix}/${name}`, value),
  );
  const frozen = frozenStages(model, trained, frozenBatchNorm);
  const { result, outputs } = objective.learn(inputs, { scope, variables, frozen });
  const all = {
    loss: result.loss,
    perSample: result.perSample,
    ...outputs,
    ...withPrefix('parts', result.parts),
  };
  for (const [name, tensor] of Object.entries(all)) carry(`${outputPrefix}/${name}`, tensor);
  return result.loss;
}
