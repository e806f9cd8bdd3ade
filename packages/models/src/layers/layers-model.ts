/** A tfjs LayersModel as a model: its weights become variables, its batch norm trains as everywhere in this package. */
import { fail, type Model, type ModelStage, type VariableScope } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable, LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { averagePoolHead, normalise, staged, trainBatchNorm, Variables, type Normalisation } from '../_blocks/index.js';
import { checkClasses, type ModelParts } from './model-parts.js';
import { noSuchLayer } from './names.js';
import { between, cuts } from './cuts.js';

type Layer = SymbolicTensor['sourceLayer'];

/** Weights by tfjs' names for them, by ours. */
const renamed: Readonly<Record<string, string>> = {
  depthwise_kernel: 'depthwise',
  moving_mean: 'mean',
  moving_variance: 'variance',
};

/** `conv1/kernel`, `conv1_bn/moving_mean`: below the layer's name, the last part as this package calls it. */
function variableName(layer: Layer, { originalName }: LayerVariable): string {
  const last = originalName.split('/').at(-1) ?? originalName;
  const nested = originalName.startsWith(`${layer.name}/`) ? '' : `${originalName.split('/').slice(0, -1).join('/')}/`;
  return `${layer.name}/${nested}${renamed[last] ?? last}`;
}

/** Layers that have spatial places no more. */
const pooling = ['GlobalAveragePooling2D', 'GlobalMaxPooling2D', 'Flatten'];

/** The layer to explain where none is named; undefined where nothing is an image. */
function lastMap(chain: readonly SymbolicTensor[]): SymbolicTensor | undefined {
  const end = chain.findIndex((tensor) => tensor.rank !== 4 || pooling.includes(tensor.sourceLayer.getClassName()));
  return chain.slice(0, end === -1 ? undefined : end).at(-1);
}

/** The LayersModel, its variables bound to the scope of whoever calls. */
class Network {
  readonly #names = new Map<LayerVariable, string>();
  readonly #read = new Set<string>();
  readonly variables: Variables;
  readonly #parts: ModelParts;
  #scope: VariableScope | undefined;

  constructor(variables: Variables, parts: ModelParts) {
    this.variables = variables;
    this.#parts = parts;
  }

  /** Declares the variables of the layers that make `to` from `from`. */
  declare(from: SymbolicTensor, to: SymbolicTensor): void {
    for (const { sourceLayer: layer } of between(from, to)) {
      const statistics = new Set(layer.nonTrainableWeights);
      for (const variable of layer.weights) this.#declareOne(layer, variable, !statistics.has(variable));
    }
  }

  #declareOne(layer: Layer, variable: LayerVariable, trainable: boolean): void {
    if (this.#names.has(variable)) return;
    const name = variableName(layer, variable);
    const stored = this.#parts.weights[variable.originalName];
    const shape = variable.shape as number[];
    if (stored?.shape.join() !== shape.join()) {
      throw fail({
        code: 'CONFIG_INVALID',
        where: this.#parts.path,
        what: `Weight '${variable.originalName}' does not fit this size of images`,
        expected: `[${shape.join(', ')}]`,
        got: stored === undefined ? 'nothing' : `[${stored.shape.join(', ')}]`,
        advice: 'Set data.size to the size the model was made for',
      });
    }
    if (this.#read.has(name)) {
      throw fail({ code: 'WEIGHTS_INVALID', where: this.#parts.path, what: `Two weights are called '${name}'` });
    }
    this.#read.add(name);
    this.#names.set(variable, name);
    this.variables.declare(name, shape, () => () => Float32Array.from(stored.data), trainable);
    variable.read = () => {
      if (this.#scope === undefined) throw new Error(`'${name}' is read outside the model.`);
      return this.#scope.get(name);
    };
  }

  /** Computes `to` from a value of `from`. */
  run(from: SymbolicTensor, to: SymbolicTensor, value: tf.Tensor, scope: VariableScope): tf.Tensor {
    const outer = this.#scope;
    this.#scope = scope;
    try {
      const values = new Map([[from, value]]);
      for (const tensor of between(from, to)) {
        if (!values.has(tensor)) this.#apply(tensor, values, scope);
      }
      return values.get(to) as tf.Tensor;
    } finally {
      this.#scope = outer;
    }
  }

  #apply(tensor: SymbolicTensor, values: Map<SymbolicTensor, tf.Tensor>, scope: VariableScope): void {
    const layer = tensor.sourceLayer;
    const inputs = tensor.inputs.map((input) => values.get(input) as tf.Tensor);
    const [first] = inputs;
    if (first !== undefined && layer.getClassName() === 'BatchNormalization' && scope.training) {
      values.set(tensor, this.#batchNorm(layer, first as tf.Tensor4D, scope));
      return;
    }
    // Whatever else behaves differently in training draws random numbers of its own, which no program may.
    const results = layer.apply(inputs.length === 1 ? (first as tf.Tensor) : inputs, tensor.callArgs);
    const outputs = [results].flat() as tf.Tensor[];
    const node = layer.inboundNodes[tensor.nodeIndex];
    node?.outputTensors.forEach((output, index) => values.set(output, outputs[index] as tf.Tensor));
  }

  #batchNorm(layer: Layer, x: tf.Tensor4D, scope: VariableScope): tf.Tensor {
    const { axis, epsilon } = layer.getConfig() as { readonly axis: number; readonly epsilon: number };
    const named = new Map(layer.weights.map((weight) => [this.#names.get(weight)?.split('/').at(-1), weight] as const));
    const name = (part: string): string | undefined => {
      const variable = named.get(part);
      return variable && this.#names.get(variable);
    };
    const trained = [name('gamma'), name('beta')].filter((known) => known !== undefined);
    const held = trained.length > 0 && trained.every((known) => scope.frozen(known));
    if (held || x.rank !== 4 || (axis !== 3 && axis !== -1)) return layer.apply(x, { training: false }) as tf.Tensor;
    const channels = x.shape[3];
    const read = (part: string, otherwise: number): tf.Tensor1D =>
      (named.get(part)?.read() ?? tf.fill([channels], otherwise)) as tf.Tensor1D;
    const tensors = {
      gamma: read('gamma', 1),
      beta: read('beta', 0),
      mean: read('mean', 0),
      variance: read('variance', 1),
    };
    return trainBatchNorm(x, tensors, epsilon, (statistics) => {
      for (const part of ['mean', 'variance'] as const) {
        const variable = name(part);
        if (variable !== undefined) scope.update(variable, statistics[part]);
      }
    });
  }
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
  const bound = new Network(variables, parts);
  const stages = stagesOf(bound, input, chain.slice(0, chain.indexOf(feature) + 1), parts.normalisation);
  const head =
    parts.head === 'new' ? newHead(variables, feature, shape, parts) : ownHead(bound, feature, output, shape, parts);
  return { ...shape, variables: variables.specs, noise: variables.noise, ...staged(stages), head };
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
  bound: Network,
  input: SymbolicTensor,
  chain: readonly SymbolicTensor[],
  normalisation: Normalisation,
): readonly ModelStage[] {
  const stages: { from: SymbolicTensor; to: SymbolicTensor; names: readonly string[] }[] = [];
  let from = input;
  for (const to of chain) {
    const { names } = bound.variables.record(() => {
      bound.declare(from, to);
    });
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

function newHead(
  variables: Variables,
  feature: SymbolicTensor,
  { classes }: { readonly classes: number },
  { dropout }: ModelParts,
): Model['head'] {
  return averagePoolHead(variables, { channels: feature.shape[3] as number, classes, dropRate: dropout });
}

function ownHead(
  bound: Network,
  feature: SymbolicTensor,
  output: SymbolicTensor,
  { classes }: { readonly classes: number },
  { path }: ModelParts,
): Model['head'] {
  checkClasses(output.shape, { classes }, path);
  bound.declare(feature, output);
  return (featureMap, scope) => tf.reshape(bound.run(feature, output, featureMap, scope), [-1, classes]);
}
