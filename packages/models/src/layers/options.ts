import { z } from 'zod';

/** Options of the model plugin `layers`. */
export const layersOptions = z.strictObject({
  path: z.string().min(1).describe('model.json of a TensorFlow.js model, or its folder.'),
  featureLayer: z
    .string()
    .optional()
    .describe(
      'Layer (of a graph model: node) whose output is explained. Default: the last one before the maps are pooled that ' +
        'all of the model passes through.',
    ),
  head: z
    .enum(['new', 'model'])
    .default('new')
    .describe(
      "What follows the feature layer. 'new': global average, dropout and an untrained dense layer. 'model': what the " +
        'model has there; its number of classes must fit.',
    ),
  dropout: z.number().min(0).lt(1).default(0.2).describe('Share of the features dropped before a new dense layer.'),
  normalisation: z
    .enum(['centred', 'imagenet', 'bytes', 'none'])
    .default('centred')
    .describe(
      "What the model expects. 'centred': [-1, 1]. 'imagenet': ImageNet mean 0 and deviation 1. 'bytes': 0 to 255. " +
        "'none': [0, 1].",
    ),
});

/** Validated {@link layersOptions}. */
export type LayersOptions = z.output<typeof layersOptions>;
