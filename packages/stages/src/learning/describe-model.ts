/** What a model consists of and what it costs, found by tracing it on tensors without values. */
import type { Model } from '@foveate/contracts';
import { inferenceScope, pickPrefix, withPrefix } from '@foveate/tensor';
import { passes, trace } from '@foveate/tracer';
import type { Graph, Node, Value } from '@foveate/tracer';
import { costOf, kindOf, outputShapeOf } from './layer-cost.js';

/** A layer: variables whose names differ in the last part only, and what is done with them. */
export interface LayerDescription {
  /** `/`-separated, for example `stem/conv`. */
  readonly name: string;
  /** For example `convolution 3x3 / 2` (kernel and stride), `batch norm` or `dense`. */
  readonly kind: string;
  /** Height, width and channels, or features, of one sample's result. */
  readonly outputShape: readonly number[];
  /** Trainable values. */
  readonly parameters: number;
  /** Multiply-adds for one sample; elementwise work is not counted, as is usual. */
  readonly multiplyAdds: number;
}

/** A model at one input size. */
export interface ModelDescription {
  /** Bottom to top. */
  readonly layers: readonly LayerDescription[];
  /** Trainable values. */
  readonly parameters: number;
  /** Values that are kept but not trained: statistics of batch norm. */
  readonly statistics: number;
  /**
   * Multiply-adds of convolutions and matrix products for one sample. Most publications call this number FLOPS; others
   * count two for each.
   */
  readonly multiplyAdds: number;
  /** Height, width and channels of the feature map that is explained. */
  readonly featureMap: readonly number[];
}

type Images = Parameters<Model['features']>[0];

/** Variables of the model are inputs of the graph below this name. */
const prefix = 'model';

function traced(model: Model): Graph {
  const { height, width } = model;
  const variables = Object.fromEntries(
    model.variables.map(({ name, shape }) => [name, { shape, dtype: 'float32' } as const]),
  );
  return trace(
    ({ images, ...state }) => {
      const scope = inferenceScope(pickPrefix(prefix, state));
      const featureMap = model.features(images as Images, scope);
      return { featureMap, logits: model.head(featureMap, scope) };
    },
    {
      inputs: { images: { shape: [1, height, width, 3], dtype: 'float32' }, ...withPrefix(prefix, variables) },
      // As written: a rewritten graph may have lost a layer to its neighbour.
      skip: Object.keys(passes),
    },
  );
}

/** The nodes at which each variable meets data, by the variable's name, in order of execution. */
function uses(graph: Graph): ReadonlyMap<string, readonly Node[]> {
  // What each value is made of, while that is variables and constants only.
  const sources = new Map<Value, readonly string[]>();
  for (const value of graph.inputs) {
    if (value.name.startsWith(`${prefix}/`)) sources.set(value, [value.name.slice(prefix.length + 1)]);
  }
  const found = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    const inputs = node.inputs.filter((value) => value !== undefined);
    const names = inputs.flatMap((value) => sources.get(value) ?? []);
    if (inputs.every((value) => sources.has(value) || value.data !== undefined)) {
      for (const output of node.outputs) sources.set(output, names);
    } else {
      for (const name of new Set(names)) found.set(name, [...(found.get(name) ?? []), node]);
    }
  }
  return found;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

const layerOf = (variable: string): string => variable.split('/').slice(0, -1).join('/') || variable;

/** Describes a model. Reads no values, so weights need not be there. */
export function describeModel(model: Model): ModelDescription {
  const graph = traced(model);
  const found = uses(graph);
  const groups = new Map<string, Model['variables'][number][]>();
  for (const variable of model.variables) {
    const name = layerOf(variable.name);
    groups.set(name, [...(groups.get(name) ?? []), variable]);
  }
  const trainable = model.variables.filter((variable) => variable.trainable);
  const count = (variables: Model['variables']): number => variables.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const layers = [...groups].map(([name, variables]): LayerDescription => {
    const nodes = [...new Set(variables.flatMap((variable) => found.get(variable.name) ?? []))];
    const kernel = variables.find(({ shape }) => shape.length === 4)?.shape;
    return {
      name,
      kind: kindOf(nodes, kernel),
      outputShape: outputShapeOf(nodes),
      parameters: count(variables.filter((variable) => variable.trainable)),
      multiplyAdds: nodes.reduce((sum, node) => sum + costOf(node), 0),
    };
  });
  const featureMap = graph.outputs.find(({ name }) => name === 'featureMap')?.value.shape ?? [];
  return {
    layers,
    parameters: count(trainable),
    statistics: count(model.variables) - count(trainable),
    multiplyAdds: layers.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0),
    featureMap: featureMap.slice(1),
  };
}
