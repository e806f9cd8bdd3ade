/** How a model reads its variables outside training. */
import type { NamedTensors, VariableScope } from '@foveate/contracts';

/** Running statistics are used, nothing changes. */
export function inferenceScope(variables: NamedTensors): VariableScope {
  return {
    training: false,
    get: (name) => {
      const tensor = variables[name];
      if (tensor === undefined)
        throw new Error(`No variable '${name}'; there are ${Object.keys(variables).join(', ')}.`);
      return tensor;
    },
    update: (name) => {
      throw new Error(`A model must not update '${name}' outside training.`);
    },
    frozen: () => true,
    noise: (name) => {
      throw new Error(`There is no noise '${name}' outside training.`);
    },
  };
}
