/** Any TensorFlow.js model as a model. */
import { definePlugin, type ModelFactory } from '@foveate/contracts';
import { centred, imagenet, type Normalisation } from './_blocks/index.js';
import { fromGraphModel, readGraph } from './layers/graph-model.js';
import { fromLayersModel } from './layers/layers-model.js';
import { layersOptions, type LayersOptions } from './layers/options.js';
import { readModel } from './layers/read-model.js';
import { readTopology } from './layers/topology.js';

const normalisations: Readonly<Record<LayersOptions['normalisation'], Normalisation>> = {
  centred,
  imagenet,
  bytes: { text: '255 x', mean: [0, 0, 0], deviation: [1 / 255, 1 / 255, 1 / 255] },
  none: { text: 'none', mean: [0, 0, 0], deviation: [1, 1, 1] },
};

async function factory(options: LayersOptions, baseFolder: string): Promise<ModelFactory> {
  const stored = await readModel(options.path, baseFolder);
  const parts = {
    path: stored.path,
    weights: stored.weights,
    normalisation: normalisations[options.normalisation],
    featureLayer: options.featureLayer,
    head: options.head,
    dropout: options.dropout,
  };
  const card = {
    reference: stored.path,
    normalisation: parts.normalisation.text,
    featureLayer: options.featureLayer ?? 'the last one before pooling',
    weights: ['its own'],
  };
  if (stored.format === 'graph') {
    const graph = await readGraph(stored);
    return { card, build: (shape) => fromGraphModel(graph, shape, parts) };
  }
  const topology = await readTopology(stored, options.head === 'model');
  return { card, build: (shape) => fromLayersModel(topology(shape.height, shape.width), shape, parts) };
}

/** The model plugin `layers`. */
export const layers = definePlugin({
  meta: {
    kind: 'model',
    id: 'layers',
    contract: '^2',
    summary: 'A TensorFlow.js model from its folder: LayersModel or GraphModel, trained further like any other.',
  },
  options: layersOptions,
  register: (options, { baseFolder }) => factory(options, baseFolder),
});
