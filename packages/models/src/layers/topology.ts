/** Builds a tfjs LayersModel for an image size, without weights. */
import { fail, messageOf } from '@foveate/contracts';
import * as tfl from '@tensorflow/tfjs-layers';
import { onHost } from './host-backend.js';
import type { StoredModel } from './read-model.js';

interface LayerConfig {
  className: string;
  config: Record<string, unknown>;
}

/** What `LayersModel.getConfig` returns, as far as it is changed here. */
interface ModelConfig {
  readonly layers: LayerConfig[];
}

/** Makes a model for images of a height and width. */
export type Topology = (height: number, width: number) => tfl.LayersModel;

/**
 * Reads the layers of a model.
 * @param asLogits true: a softmax at the end is left out
 * @throws FoveateError `WEIGHTS_INVALID` when tfjs cannot build them
 */
export async function readTopology({ document, path }: StoredModel, asLogits: boolean): Promise<Topology> {
  const refuse = (cause: unknown): never => {
    throw fail({
      code: 'WEIGHTS_INVALID',
      where: path,
      what: 'tfjs cannot build the layers of the model',
      got: messageOf(cause),
      cause,
    });
  };
  // Without a weights manifest everything happens before the promise is returned.
  const reading = onHost(() => tfl.models.modelFromJSON({ modelTopology: document['modelTopology'] as never }));
  const model = await reading.catch(refuse);
  const config = model.getConfig() as unknown as ModelConfig;
  const sequential = model instanceof tfl.Sequential;
  if (asLogits) dropSoftmax(config.layers, path);
  const text = JSON.stringify(config);
  return (height, width) => {
    const copy = JSON.parse(text) as ModelConfig;
    const input = copy.layers.find(({ className }) => className === 'InputLayer') ?? copy.layers[0];
    if (input !== undefined) input.config['batchInputShape'] = [null, height, width, 3];
    try {
      return onHost(() =>
        sequential
          ? tfl.Sequential.fromConfig(tfl.Sequential as never, copy as never, {}, true)
          : tfl.LayersModel.fromConfig(tfl.LayersModel as never, copy as never, {}, true),
      ) as tfl.LayersModel;
    } catch (cause) {
      return refuse(cause);
    }
  };
}

/** Layers that rearrange what they are given. */
const rearranging = ['Reshape', 'Flatten', 'Dropout'];

function dropSoftmax(layers: readonly LayerConfig[], path: string): void {
  const last = layers.findLast(({ className }) => !rearranging.includes(className));
  if (last === undefined) return;
  const activation = last.className === 'Softmax' ? 'softmax' : (last.config['activation'] ?? 'linear');
  if (activation !== 'softmax' && activation !== 'linear') {
    throw fail({
      code: 'CONFIG_INVALID',
      where: path,
      what: `Model ends in the activation '${String(activation)}'`,
      expected: 'softmax, or logits',
      advice: "Set head: 'new'",
    });
  }
  if (last.className === 'Softmax') {
    last.className = 'Activation';
    last.config = { name: last.config['name'] };
  }
  if (last.className === 'Activation' || 'activation' in last.config) last.config['activation'] = 'linear';
}
