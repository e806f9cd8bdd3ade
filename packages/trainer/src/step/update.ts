/** From gradients to new values: clipping, optimizer, moving average. */
import type { NamedTensors, Optimizer } from '@foveate/contracts';
import { pickPrefix, tensorNamed, withPrefix } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { emaPrefix, modelPrefix, optimizerPrefix } from '../variables.js';
import { clipped, type Clip } from './clip.js';
import { averaged } from './ema.js';

/** What an update is made of. */
export interface UpdateParts {
  readonly optimizer: Optimizer;
  /** Factors of the learning rate by variable; 1 where there is none. */
  readonly learningRateFactors?: ReadonlyMap<string, number>;
  readonly clip?: Clip;
  /** True: the state holds moving averages. */
  readonly averages?: boolean;
}

/**
 * New state of the trained variables, their slots and, with averages, of all averages.
 * @param by.gradients of the trained variables
 * @param by.norm Euclidean norm over them
 * @param by.statistics values of variables that are not trainable and may have changed since the last update
 * @param inputs `learningRate`, and `emaDecay` with averages, scalars
 */
export function updated(
  { optimizer, learningRateFactors, clip, averages = false }: UpdateParts,
  by: { readonly gradients: NamedTensors; readonly norm: tf.Tensor; readonly statistics: NamedTensors },
  inputs: NamedTensors,
  state: NamedTensors,
): NamedTensors {
  const names = Object.keys(by.gradients);
  const gradients = clipped(Object.values(by.gradients), by.norm, clip);
  const learningRate = tensorNamed(inputs, 'learningRate');
  const factor = (name: string): number => learningRateFactors?.get(name) ?? 1;
  const next = optimizer.update({
    variables: Object.fromEntries(names.map((name) => [name, tensorNamed(state, `${modelPrefix}/${name}`)])),
    gradients: Object.fromEntries(names.map((name, index) => [name, gradients[index] as tf.Tensor])),
    slots: pickPrefix(optimizerPrefix, state),
    learningRates: Object.fromEntries(
      names.map((name) => [name, factor(name) === 1 ? learningRate : tf.mul(learningRate, factor(name))]),
    ),
  });
  const changed = { ...by.statistics, ...next.variables };
  const means = averages ? averaged(changed, pickPrefix(emaPrefix, state), tensorNamed(inputs, 'emaDecay')) : {};
  return {
    ...withPrefix(modelPrefix, next.variables),
    ...withPrefix(optimizerPrefix, next.slots),
    ...withPrefix(emaPrefix, means),
  };
}
