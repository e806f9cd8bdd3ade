/** How programs name and read variables. */
import { tensorNamed } from '@foveate/tensor';
import type { NamedTensors, VariableScope } from '@foveate/contracts';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { TrainedModel } from './objective.js';

/** State `model/<variable>` holds the model's variables. */
export const modelPrefix = 'model';

/** State `optimizer/<slot>` holds the optimizer's slots. */
export const optimizerPrefix = 'optimizer';

/** State `ema/<variable>` holds moving averages of those of the model's variables that training changes. */
export const emaPrefix = 'ema';

/** State `gathered/<variable>` holds sums of gradients over the samples since the last update. */
export const gatheredPrefix = 'gathered';

/** State: number of samples in the sums of {@link gatheredPrefix}. */
export const gatheredSamples = 'gathered-samples';

/** Input `noise/<name>` holds the random numbers a model asks for. */
export const noisePrefix = 'noise';

/** What of a model a training changes. */
export interface Trained {
  /** Names of the trained variables. */
  readonly trained: ReadonlySet<string>;
  /** What batch norm of frozen layers does: keep its running statistics, or let them follow the data. */
  readonly frozenBatchNorm: 'eval' | 'train';
}

/**
 * Scope of a forward pass in training.
 * @param record is told every new value of a variable that is not trainable, while that value is alive
 */
export function trainingScope(
  model: TrainedModel,
  { trained, frozenBatchNorm }: Trained,
  { variables, noise }: { readonly variables: NamedTensors; readonly noise: NamedTensors },
  record: (name: string, value: Tensor) => void,
): VariableScope {
  const trainable = new Set(model.variables.filter((variable) => variable.trainable).map(({ name }) => name));
  const updatable = new Set(model.variables.filter((variable) => !variable.trainable).map(({ name }) => name));
  return {
    training: true,
    get: (name) => tensorNamed(variables, name),
    update: (name, value) => {
      if (!updatable.has(name)) throw new Error(`'${name}' is not a variable that a model may update.`);
      record(name, value);
    },
    frozen: (name) => frozenBatchNorm === 'eval' && trainable.has(name) && !trained.has(name),
    noise: (name) => tensorNamed(noise, name) as Tensor2D,
  };
}
