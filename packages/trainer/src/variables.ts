/** How programs name and read variables. */
import type { Model, NamedTensors, VariableScope } from '@foveate/contracts';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';

/** State `model/<variable>` holds the model's variables. */
export const modelPrefix = 'model';

/** State `optimizer/<slot>` holds the optimizer's slots. */
export const optimizerPrefix = 'optimizer';

/** Input `noise/<name>` holds the random numbers a model asks for. */
export const noisePrefix = 'noise';

/** @throws Error when `name` is missing: a program and its state do not belong together */
export function tensorNamed(named: NamedTensors, name: string): Tensor {
  const tensor = named[name];
  if (tensor === undefined) throw new Error(`No tensor '${name}'; there are ${Object.keys(named).join(', ')}.`);
  return tensor;
}

/**
 * Scope of a forward pass in training.
 * @param record is told every new value of a variable that is not trainable, while that value is alive
 */
export function trainingScope(
  model: Model,
  { variables, noise }: { readonly variables: NamedTensors; readonly noise: NamedTensors },
  record: (name: string, value: Tensor) => void,
): VariableScope {
  const updatable = new Set(model.variables.filter(({ trainable }) => !trainable).map(({ name }) => name));
  return {
    training: true,
    get: (name) => tensorNamed(variables, name),
    update: (name, value) => {
      if (!updatable.has(name)) throw new Error(`'${name}' is not a variable that a model may update.`);
      record(name, value);
    },
    frozen: () => false,
    noise: (name) => tensorNamed(noise, name) as Tensor2D,
  };
}
