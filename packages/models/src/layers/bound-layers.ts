/** The layers of a tfjs LayersModel, their weights read from the scope of whoever runs them. */
import { fail, type VariableScope } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { trainBatchNorm } from '../blocks/batch-norm.js';
import type { Variables } from '../blocks/index.js';
import { between } from './cuts.js';
import type { ModelParts } from './model-parts.js';

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

/** Runs parts of a LayersModel. */
export class BoundLayers {
  readonly #names = new Map<LayerVariable, string>();
  readonly #variables: Variables;
  readonly #parts: ModelParts;
  #scope: VariableScope | undefined;

  constructor(variables: Variables, parts: ModelParts) {
    this.#variables = variables;
    this.#parts = parts;
  }

  /**
   * Declares the variables of the layers that make `to` from `from`, those that are new, and returns the names of all.
   * @throws FoveateError `CONFIG_INVALID` for weights of another shape, `WEIGHTS_INVALID` for two of one name
   */
  declare(from: SymbolicTensor, to: SymbolicTensor): readonly string[] {
    const layers = new Set(between(from, to).map(({ sourceLayer }) => sourceLayer));
    return [...layers].flatMap((layer) => {
      const statistics = new Set(layer.nonTrainableWeights);
      return layer.weights.map(
        (variable) => this.#names.get(variable) ?? this.#declareOne(layer, variable, !statistics.has(variable)),
      );
    });
  }

  #declareOne(layer: Layer, variable: LayerVariable, trainable: boolean): string {
    const { path, weights } = this.#parts;
    const name = variableName(layer, variable);
    const stored = weights[variable.originalName];
    const shape = variable.shape as number[];
    if (stored?.shape.join() !== shape.join()) {
      throw fail({
        code: 'CONFIG_INVALID',
        where: path,
        what: `Weight '${variable.originalName}' does not fit this size of images`,
        expected: `[${shape.join(', ')}]`,
        got: stored === undefined ? 'nothing' : `[${stored.shape.join(', ')}]`,
        advice: 'Set data.size to the size the model was made for',
      });
    }
    if (this.#variables.specs.some((spec) => spec.name === name))
      throw fail({ code: 'WEIGHTS_INVALID', where: path, what: `Two weights are called '${name}'` });
    this.#names.set(variable, name);
    this.#variables.declare(name, shape, () => () => Float32Array.from(stored.data), trainable);
    variable.read = () => {
      if (this.#scope === undefined) throw new Error(`'${name}' is read outside the model.`);
      return this.#scope.get(name);
    };
    return name;
  }

  /** Computes `to` from a value of `from`. */
  run(from: SymbolicTensor, to: SymbolicTensor, value: tf.Tensor, scope: VariableScope): tf.Tensor {
    const outer = this.#scope;
    this.#scope = scope;
    try {
      const values = new Map([[from, value]]);
      for (const tensor of between(from, to)) if (!values.has(tensor)) this.#apply(tensor, values, scope);
      return values.get(to) as tf.Tensor;
    } finally {
      this.#scope = outer;
    }
  }

  /** Adds the results of the layer that `tensor` comes from. */
  #apply(tensor: SymbolicTensor, values: Map<SymbolicTensor, tf.Tensor>, scope: VariableScope): void {
    const layer = tensor.sourceLayer;
    const inputs = tensor.inputs.map((input) => values.get(input) as tf.Tensor);
    const input = inputs.length === 1 ? (inputs[0] as tf.Tensor) : inputs;
    // Whatever else behaves differently in training draws random numbers of its own, which no program may.
    const results =
      (!Array.isArray(input) && scope.training && this.#trainBatchNorm(layer, input, scope)) ||
      layer.apply(input, tensor.callArgs);
    const outputs = [results].flat() as tf.Tensor[];
    layer.inboundNodes[tensor.nodeIndex]?.outputTensors.forEach((output, index) => {
      values.set(output, outputs[index] as tf.Tensor);
    });
  }

  /** Batch norm by the statistics of the batch; undefined for other layers and where it is frozen. */
  #trainBatchNorm(layer: Layer, x: tf.Tensor, scope: VariableScope): tf.Tensor | undefined {
    if (layer.getClassName() !== 'BatchNormalization' || x.rank !== 4) return undefined;
    const { axis, epsilon } = layer.getConfig() as { readonly axis: number; readonly epsilon: number };
    // A layer has no scale, or no offset, where its author left it out.
    const names = Object.fromEntries(
      layer.weights.flatMap((weight) => {
        const name = this.#names.get(weight);
        return name === undefined ? [] : [[name.slice(name.lastIndexOf('/') + 1), name] as const];
      }),
    );
    const trained = ['gamma', 'beta'].flatMap((part) => names[part] ?? []);
    const frozen = trained.length > 0 && trained.every((name) => scope.frozen(name));
    if (frozen || (axis !== 3 && axis !== -1)) return undefined;
    const read = (part: string, otherwise: number): tf.Tensor1D => {
      const name = names[part];
      return name === undefined ? tf.fill([x.shape[3] as number], otherwise) : (scope.get(name) as tf.Tensor1D);
    };
    const tensors = {
      gamma: read('gamma', 1),
      beta: read('beta', 0),
      mean: read('mean', 0),
      variance: read('variance', 1),
    };
    return trainBatchNorm(x as tf.Tensor4D, tensors, epsilon, (statistics) => {
      for (const part of ['mean', 'variance'] as const) {
        const name = names[part];
        if (name !== undefined) scope.update(name, statistics[part]);
      }
    });
  }
}
