/** Algorithm 1 of the paper as a program, whatever is learned: forward, loss, backward and update of one batch. */
import { fail, type NamedTensors, type Program } from '@foveate/contracts';
import { pickPrefix, tensorNamed, withPrefix } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { classification, type ClassificationParts } from '../classification.js';
import { gatheredPrefix, gatheredSamples, modelPrefix, type Trained } from '../variables.js';
import { batchGradients, type GradientParts } from './batch-gradients.js';
import { euclideanNorm } from './clip.js';
import { updated, type UpdateParts } from './update.js';

/** What a training step is made of. */
export interface ObjectiveStepParts extends Omit<GradientParts, keyof Trained>, UpdateParts, Partial<Trained> {}

/** What a training step of a classifier is made of. */
export type TrainStepParts = Omit<ObjectiveStepParts, 'objective'> &
  Pick<ClassificationParts, 'model' | 'loss' | 'classWeights'>;

/**
 * One training step.
 *
 * Inputs: `images` [N, H, W, 3] float32, or in their place `trunk` [N, h, w, K], what the leading frozen stages of the model
 * made of them; `labels` [N] int32; `aoi` [N, H, W] float32, if the loss uses it; `noise/<name>` [N, width] float32 in
 * [0, 1) for what the model asks for; `progress` (scalar, share of the training that is done), if the loss uses it;
 * `learningRate` and, with averages, `emaDecay` (scalars). State: `model/<variable>`,
 * `optimizer/<slot>` for the trained variables and, with averages, `ema/<variable>`. Outputs: `loss` (scalar), `perSample`
 * [N], `logits` [N, classes], `parts/<name>` (scalars of the loss) and `gradientNorm` (scalar, Euclidean norm over all
 * trained variables), all from before clipping and update.
 * @throws FoveateError `CONFIG_INVALID` when nothing is trained
 */
export function trainStepProgram({ model, loss, classWeights, ...update }: TrainStepParts): Program {
  const weights = classWeights === undefined ? {} : { classWeights };
  return objectiveStepProgram({ ...update, objective: classification({ model, loss, ...weights }) });
}

/**
 * One training step of any objective. Inputs are the objective's, `noise/<name>`, `progress`, `learningRate` and `emaDecay`; state and
 * outputs as of {@link trainStepProgram}, with what the objective gives in place of `logits`.
 * @throws FoveateError `CONFIG_INVALID` when nothing is trained
 */
export function objectiveStepProgram(parts: ObjectiveStepParts): Program {
  const whole = withTrained(parts);
  return (inputs, state) => {
    const batch = batchGradients(whole, inputs, pickPrefix(modelPrefix, state));
    return {
      outputs: batch.outputs,
      state: { ...withPrefix(modelPrefix, batch.statistics), ...updated(whole, batch, inputs, state) },
    };
  };
}

/**
 * The first half of a step whose update takes several batches: the gradients are added up. Inputs and outputs as for
 * {@link objectiveStepProgram} without `learningRate` and `emaDecay`. State: `model/<variable>`, of which only batch-norm
 * statistics change, `gathered/<variable>` and `gathered-samples`.
 */
export function gatherProgram(parts: ObjectiveStepParts): Program {
  const whole = withTrained(parts);
  return (inputs, state) => {
    const { gradients, statistics, outputs } = batchGradients(whole, inputs, pickPrefix(modelPrefix, state));
    const samples = tensorNamed(outputs, 'perSample').size;
    const sums = Object.entries(gradients).map(([name, gradient]): [string, tf.Tensor] => [
      `${gatheredPrefix}/${name}`,
      tf.add(tensorNamed(state, `${gatheredPrefix}/${name}`), tf.mul(gradient, samples)),
    ]);
    return {
      outputs,
      state: {
        ...withPrefix(modelPrefix, statistics),
        ...Object.fromEntries(sums),
        [gatheredSamples]: tf.add(tensorNamed(state, gatheredSamples), samples),
      },
    };
  };
}

/**
 * The second half: the update by the mean gradient over all samples gathered, after which nothing is gathered. Inputs:
 * `learningRate` and, with averages, `emaDecay`. Outputs: `updateNorm` (scalar, Euclidean norm of the mean gradient).
 */
export function gatheredUpdateProgram(parts: ObjectiveStepParts): Program {
  const { objective, trained, ...update } = withTrained(parts);
  const others = objective.model.variables.filter(({ trainable }) => !trainable).map(({ name }) => name);
  return (inputs, state) => {
    const samples = tensorNamed(state, gatheredSamples);
    const sums: NamedTensors = pickPrefix(gatheredPrefix, state);
    const gradients = Object.fromEntries([...trained].map((name) => [name, tf.div(tensorNamed(sums, name), samples)]));
    const norm = euclideanNorm(Object.values(gradients));
    const variables = pickPrefix(modelPrefix, state);
    const statistics = Object.fromEntries(others.map((name) => [name, tensorNamed(variables, name)]));
    return {
      outputs: { updateNorm: norm },
      state: {
        ...updated(update, { gradients, norm, statistics }, inputs, state),
        ...withPrefix(gatheredPrefix, Object.fromEntries([...trained].map((name) => [name, zerosLike(sums, name)]))),
        [gatheredSamples]: tf.scalar(0),
      },
    };
  };
}

function zerosLike(named: NamedTensors, name: string): tf.Tensor {
  return tf.zeros(tensorNamed(named, name).shape);
}

function withTrained(parts: ObjectiveStepParts): ObjectiveStepParts & Trained {
  const { objective, frozenBatchNorm = 'eval' } = parts;
  const all = objective.model.variables.filter(({ trainable }) => trainable).map(({ name }) => name);
  const trained = new Set(all.filter((name) => parts.trained?.has(name) ?? true));
  if (trained.size === 0) {
    throw fail({
      code: 'CONFIG_INVALID',
      where: 'model',
      what: 'Model has no trainable variable',
      advice: 'Unfreeze at least one layer',
    });
  }
  return { ...parts, trained, frozenBatchNorm };
}
