/** tfjs graph models, run as they are. */
import { fail, messageOf, type HostTensor, type OpenedModel } from '@foveate/contracts';
import { loadGraphModelSync } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { toHost, toTensor } from './host-tensors.js';

/**
 * @param files `model.json` and the files of weights it names
 * @param on runs work on the backend
 * @throws FoveateError `ENGINE_UNSUPPORTED` with what tfjs says against it
 */
export function openGraphModel(files: Readonly<Record<string, Uint8Array>>, on: <T>(work: () => T) => T): OpenedModel {
  try {
    const document = JSON.parse(Buffer.from(files['model.json'] ?? []).toString('utf8')) as tf.io.ModelJSON;
    const paths = document.weightsManifest.flatMap((group) => group.paths);
    const weights = Buffer.concat(paths.map((path) => files[path] ?? Buffer.alloc(0)));
    // A buffer of its own: small ones share theirs.
    const graph = on(() => loadGraphModelSync([document, new Uint8Array(weights).buffer]));
    return {
      run: async (inputs) => {
        const results: Record<string, HostTensor> = {};
        on(() => {
          tf.tidy(() => {
            const tensors = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, toTensor(value)]));
            [graph.execute(tensors, graph.outputNodes)].flat().forEach((tensor, index) => {
              results[graph.outputNodes[index] ?? ''] = toHost(tensor);
            });
          });
        });
        return results;
      },
      dispose: () => {
        graph.dispose();
      },
    };
  } catch (cause) {
    throw fail({
      code: 'ENGINE_UNSUPPORTED',
      what: 'tfjs cannot open the model',
      got: messageOf(cause),
      cause,
    });
  }
}
