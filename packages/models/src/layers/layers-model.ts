/** A tfjs LayersModel as a model: its weights become variables, its batch norm trains as everywhere in this package. */
import { fail, type Model, type ModelStage } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { averagePoolHead, normalise, staged, Variables, type Normalisation } from '../blocks/index.js';
import { BoundLayers } from './bound-layers.js';
import { cuts } from './cuts.js';
import { checkClasses, type ModelParts } from './model-parts.js';
import { noSuchLayer } from './names.js';

/** Layers that have spatial places no more. */
const pooling = ['GlobalAveragePooling2D', 'GlobalMaxPooling2D', 'Flatten'];

/** The layer to explain where none is named; undefined where nothing is an image. */
function lastMap(chain: readonly SymbolicTensor[]): SymbolicTensor | undefined {
  const end = chain.findIndex((tensor) => tensor.rank !== 4 || pooling.includes(tensor.sourceLayer.getClassName()));
  return chain.slice(0, end === -1 ? undefined : end).at(-1);
}

/**
 * Cuts a LayersModel at its feature layer.
 * @throws FoveateError `CONFIG_INVALID` for a layer at which it cannot be cut, a size its weights do not fit, and a number
 *   of classes that its own head does not have
 */
export function fromLayersModel(
  network: LayersModel,
  shape: { readonly height: number; readonly width: number; readonly classes: number },
  parts: ModelParts,
): Model {
  const { input, output } = ends(network, parts.path);
  const chain = cuts(input, output);
  const feature =
    parts.featureLayer === undefined
      ? lastMap(chain)
      : chain.find(({ rank, sourceLayer }) => rank === 4 && sourceLayer.name === parts.featureLayer);
  if (feature === undefined) {
    const known = chain.filter(({ rank }) => rank === 4).map(({ sourceLayer }) => sourceLayer.name);
    throw noSuchLayer(parts.featureLayer ?? 'the last feature map', known, parts.path);
  }
  const variables = new Variables();
  const bound = new BoundLayers(variables, parts);
  const stages = stagesOf(bound, input, chain.slice(0, chain.indexOf(feature) + 1), parts.normalisation);
  const base = { ...shape, variables: variables.specs, noise: variables.noise, ...staged(stages) };
  if (parts.head === 'new') {
    const channels = feature.shape[3] as number;
    return { ...base, head: averagePoolHead(variables, { channels, classes: shape.classes, dropRate: parts.dropout }) };
  }
  checkClasses(output.shape, shape, parts.path);
  bound.declare(feature, output);
  const head: Model['head'] = (featureMap, scope) =>
    tf.reshape(bound.run(feature, output, featureMap, scope), [-1, shape.classes]);
  return { ...base, head };
}

function ends(
  network: LayersModel,
  where: string,
): { readonly input: SymbolicTensor; readonly output: SymbolicTensor } {
  const [input, ...otherInputs] = network.inputs;
  const [output, ...otherOutputs] = network.outputs;
  if (input !== undefined && output !== undefined && otherInputs.length + otherOutputs.length === 0)
    return { input, output };
  throw fail({
    code: 'CONFIG_INVALID',
    where,
    what: 'Model has several inputs or outputs',
    expected: 'one image in, one vector of logits out',
  });
}

/** One stage from each tensor of the chain to the next; what has no variables joins the stage before it. */
function stagesOf(
  bound: BoundLayers,
  input: SymbolicTensor,
  chain: readonly SymbolicTensor[],
  normalisation: Normalisation,
): readonly ModelStage[] {
  const stages: { from: SymbolicTensor; to: SymbolicTensor; names: readonly string[] }[] = [];
  let from = input;
  for (const to of chain) {
    const names = bound.declare(from, to);
    const last = stages.at(-1);
    if (names.length === 0 && last !== undefined) last.to = to;
    else stages.push({ from, to, names });
    from = to;
  }
  return stages.map(({ from: start, to, names }, index) => ({
    name: to.sourceLayer.name,
    variables: names,
    apply: (x, scope) => bound.run(start, to, index === 0 ? normalise(x, normalisation) : x, scope) as tf.Tensor4D,
  }));
}
