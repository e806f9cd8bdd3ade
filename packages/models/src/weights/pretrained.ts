/** The options of every model that starts from weights, and what they do. */
import { fail, type ModelFactory, type PluginContext } from '@foveate/contracts';
import { z } from 'zod';
import type { Padding } from '../blocks/index.js';
import { importWeights } from './import-weights.js';
import { locateWeights } from './locate.js';
import { knownWeightsOf } from './registry.js';
import type { WeightNaming } from './naming.js';
import { readWeights } from './read-weights.js';

/** For the options schema of a model. */
export const weightsOptions = {
  weights: z
    .string()
    .min(1)
    .default('none')
    .describe(
      "What the variables start from. 'none': random values. A path: safetensors, PyTorch .pth, Keras .h5, TensorFlow.js " +
        "model.json, a folder of .npy, or a run's best.safetensors. A tag of 'foveate weights list': downloaded once.",
    ),
  head: z
    .enum(['fresh', 'load'])
    .default('fresh')
    .describe("The last layer. 'fresh': random values, for classes of your own. 'load': from the weights."),
};

/** What a model is and what was chosen for it. */
export interface PretrainedOptions {
  /** Id of the plugin. */
  readonly architecture: string;
  readonly namings: readonly WeightNaming[];
  readonly weights: string;
  readonly head: 'fresh' | 'load';
  /** Of strided convolutions; absent where the model has no choice. */
  readonly padding?: Padding;
}

/** The method `pretrained` of a model factory, unless weights are `none`. */
export function pretrainedBy(options: PretrainedOptions, context: PluginContext): Pick<ModelFactory, 'pretrained'> {
  const { architecture, namings, weights, head, padding } = options;
  if (weights === 'none') return {};
  return {
    pretrained: async (model, fetching) => {
      const { path, known } = await locateWeights(architecture, weights, context.baseFolder, fetching);
      const { tensors, naming } = importWeights(model, await readWeights(path, fetching?.signal), { namings, head });
      const trained = known?.padding ?? naming.padding;
      if (padding !== undefined && trained !== undefined && trained !== padding) {
        throw fail({
          code: 'CONFIG_INVALID',
          where: 'model.padding',
          what: `These weights (${naming.scheme}) were trained with another border, batch norm and input`,
          expected: `'${trained}'`,
          got: `'${padding}'`,
          advice: `Set padding to '${trained}'`,
        });
      }
      return tensors;
    },
  };
}

/** Tags of the known weights of an architecture, for its card. */
export function knownTags(architecture: string): readonly string[] {
  return knownWeightsOf(architecture).map(({ tag }) => tag);
}
