/** Reads the folder of a TensorFlow.js model. */
import { fail, type HostTensors } from '@foveate/contracts';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readWeights } from '../weights/read-weights.js';

/** A model as it lies in its folder. */
export interface StoredModel {
  /** Path of `model.json`. */
  readonly path: string;
  readonly format: 'layers' | 'graph';
  /** Content of `model.json`. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly weights: HostTensors;
}

/**
 * @param path `model.json` or its folder
 * @param baseFolder folder that a relative path starts from
 * @throws FoveateError `PATH_MISSING`; `WEIGHTS_INVALID` when the files are damaged or no TensorFlow.js model
 */
export async function readModel(path: string, baseFolder: string): Promise<StoredModel> {
  const given = resolve(baseFolder, path);
  const file = given.endsWith('.json') ? given : join(given, 'model.json');
  if (!existsSync(file)) throw fail({ code: 'PATH_MISSING', what: 'There is no TensorFlow.js model', where: file });
  const { entries, format } = await readWeights(file);
  if (format !== 'tfjs-layers' && format !== 'tfjs-graph') {
    throw fail({
      code: 'WEIGHTS_INVALID',
      where: file,
      what: 'File is not the model.json of a TensorFlow.js model',
      got: format,
      advice: 'Weights alone are loaded into a model of the zoo by its option weights',
    });
  }
  const document = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  if (typeof document['modelTopology'] !== 'object' || document['modelTopology'] === null) {
    throw fail({
      code: 'WEIGHTS_INVALID',
      where: file,
      what: 'Model has weights only, no layers',
      advice: 'Save the whole model, with its topology',
    });
  }
  const weights = Object.fromEntries(
    entries.flatMap(({ name, tensor }) => (tensor === undefined ? [] : [[name, tensor] as const])),
  );
  return { path: file, format: format === 'tfjs-graph' ? 'graph' : 'layers', document, weights };
}
