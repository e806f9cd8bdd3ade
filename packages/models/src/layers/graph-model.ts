/**
 * A tfjs GraphModel as a model: its float constants become variables. A frozen graph has no training mode: batch norm uses
 * its running statistics, dropout is gone.
 */
import { fail, messageOf, type HostTensors, type Model, type VariableScope } from '@foveate/contracts';
import type { loadGraphModelSync } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { inferenceScope, pickPrefix } from '@foveate/tensor';
import { trace } from '@foveate/tracer';
import { averagePoolHead, normalise, Variables } from '../blocks/index.js';
import { between, cuts } from './cuts.js';
import { readNodes, type GraphNode } from './graph-nodes.js';
import { onHost } from './host-backend.js';
import { checkClasses, type ModelParts } from './model-parts.js';
import { noSuchLayer } from './names.js';
import type { StoredModel } from './read-model.js';

type GraphModel = ReturnType<typeof loadGraphModelSync>;

/** A GraphModel, and the nodes its one input and its logits stand at. */
export interface ReadGraph {
  readonly graph: GraphModel;
  readonly input: GraphNode;
  /** A softmax at the end is left out. */
  readonly output: GraphNode;
}

/** @throws FoveateError `WEIGHTS_INVALID` when tfjs cannot build it, `CONFIG_INVALID` when it is no classifier of images */
export async function readGraph(stored: StoredModel): Promise<ReadGraph> {
  const { loadGraphModelSync } = await import('@tensorflow/tfjs-converter');
  const nodes = readNodes(stored);
  const graph = build(() => loadGraphModelSync(artifacts(stored)), stored.path);
  const [input, ...otherInputs] = graph.inputs.map(({ name }) => nodes.get(name));
  const [end, ...otherOutputs] = graph.outputs.map(({ name }) => nodes.get(name));
  if (input === undefined || end === undefined || otherInputs.length + otherOutputs.length > 0) {
    throw fail({
      code: 'CONFIG_INVALID',
      where: stored.path,
      what: 'Model has several inputs or outputs',
      expected: 'one image in, one vector of logits out',
    });
  }
  let output = end;
  while (['Identity', 'Softmax'].includes(output.op) && output.inputs[0] !== undefined) output = output.inputs[0];
  return { graph, input, output };
}

function artifacts({ document, weights }: StoredModel): tf.io.ModelArtifacts {
  const tensors = Object.entries(weights);
  const bytes = tensors.map(([, { data }]) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  return {
    modelTopology: document['modelTopology'] as object,
    ...(document['signature'] === undefined ? {} : { signature: document['signature'] as object }),
    weightSpecs: tensors.map(([name, { shape, dtype }]) => ({ name, shape: [...shape], dtype })),
    // A buffer of its own: small ones share theirs.
    weightData: new Uint8Array(Buffer.concat(bytes)).buffer,
  };
}

function build(make: () => GraphModel, where: string): GraphModel {
  try {
    return onHost(make);
  } catch (cause) {
    throw fail({
      code: 'WEIGHTS_INVALID',
      where,
      what: 'tfjs cannot build the graph of the model',
      got: messageOf(cause),
      cause,
    });
  }
}

/** Operations that leave no image. */
const pooling = ['Mean', 'Max', 'Reshape', 'Squeeze', 'MatMul', '_FusedMatMul', 'Softmax', 'Pack', 'Shape'];

function lastMap(chain: readonly GraphNode[]): GraphNode | undefined {
  const end = chain.findIndex(({ op }) => pooling.includes(op));
  return chain.slice(0, end === -1 ? undefined : end).findLast(({ op }) => op !== 'AvgPool');
}

/** Constants that are statistics: inputs 3 and 4 of batch norm. */
function statistics(nodes: readonly GraphNode[]): ReadonlySet<string> {
  const norms = nodes.filter(({ op }) => op.startsWith('FusedBatchNorm'));
  return new Set(norms.flatMap(({ inputs }) => inputs.slice(3, 5).map(({ name }) => name)));
}

function declare(variables: Variables, nodes: readonly GraphNode[], weights: HostTensors): void {
  const fixed = statistics(nodes);
  const declared = new Set(variables.specs.map(({ name }) => name));
  for (const { name } of nodes) {
    const stored = weights[name];
    if (stored?.dtype !== 'float32' || stored.shape.length === 0 || declared.has(name)) continue;
    variables.declare(name, stored.shape, () => () => Float32Array.from(stored.data), !fixed.has(name));
  }
}

/** Shape of what `f` makes of one image, found without computing it. */
function shapeOf(
  f: (images: tf.Tensor4D, scope: VariableScope) => tf.Tensor,
  variables: Variables,
  { height, width }: { readonly height: number; readonly width: number },
): readonly number[] {
  const inputs = Object.fromEntries(
    variables.specs.map(({ name, shape }) => [`variables/${name}`, { shape, dtype: 'float32' } as const]),
  );
  const traced = trace(
    ({ images, ...values }) => ({ result: f(images as tf.Tensor4D, inferenceScope(pickPrefix('variables', values))) }),
    { inputs: { images: { shape: [1, height, width, 3], dtype: 'float32' }, ...inputs } },
  );
  return traced.outputs[0]?.value.shape ?? [];
}

/**
 * Cuts a GraphModel at its feature node.
 * @throws FoveateError `CONFIG_INVALID` for a node at which it cannot be cut, an image size it does not take and a number
 *   of classes that its own head does not have
 */
export function fromGraphModel(
  { graph, input, output }: ReadGraph,
  shape: { readonly height: number; readonly width: number; readonly classes: number },
  parts: ModelParts,
): Model {
  checkSize(graph, shape, parts.path);
  const chain = cuts(input, output);
  const feature =
    parts.featureLayer === undefined ? lastMap(chain) : chain.find(({ name }) => name === parts.featureLayer);
  const known = chain.map(({ name }) => name);
  if (feature === undefined) throw noSuchLayer(parts.featureLayer ?? 'the last feature map', known, parts.path);
  const variables = new Variables();
  const run = (from: GraphNode, to: GraphNode, x: tf.Tensor, scope: VariableScope): tf.Tensor => {
    for (const { name } of variables.specs)
      if (graph.weights[name] !== undefined) graph.weights[name] = [scope.get(name)];
    return graph.execute({ [from.name]: x }, to.name) as tf.Tensor;
  };
  declare(variables, between(input, feature), parts.weights);
  const features: Model['features'] = (images, scope) =>
    run(input, feature, normalise(images, parts.normalisation), scope) as tf.Tensor4D;
  const map = shapeOf(features, variables, shape);
  if (map.length !== 4) throw noSuchLayer(feature.name, known, parts.path);
  const base = { ...shape, variables: variables.specs, noise: variables.noise, features };
  if (parts.head === 'new') {
    const channels = map[3] as number;
    return { ...base, head: averagePoolHead(variables, { channels, classes: shape.classes, dropRate: parts.dropout }) };
  }
  declare(variables, between(feature, output), parts.weights);
  const head = (featureMap: tf.Tensor4D, scope: VariableScope): tf.Tensor => run(feature, output, featureMap, scope);
  checkClasses(
    shapeOf((images, scope) => head(features(images, scope), scope), variables, shape),
    shape,
    parts.path,
  );
  return { ...base, head: (featureMap, scope) => tf.reshape(head(featureMap, scope), [-1, shape.classes]) };
}

function checkSize(
  { inputs }: GraphModel,
  { height, width }: { readonly height: number; readonly width: number },
  where: string,
): void {
  const declared = inputs[0]?.shape ?? [];
  const wanted = [1, height, width, 3];
  if (declared.length === 0 || declared.every((size, axis) => size <= 0 || axis === 0 || size === wanted[axis])) return;
  throw fail({
    code: 'CONFIG_INVALID',
    where,
    what: 'Model takes images of another size',
    expected: `[${declared.slice(1).join(', ')}]`,
    got: `[${wanted.slice(1).join(', ')}]`,
    advice: 'Set data.size',
  });
}
