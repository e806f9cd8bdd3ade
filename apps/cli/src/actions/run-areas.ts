/** Areas of interest for predictions of a run whose network needs them. */
import type { AreaFinder } from '@foveate/pipeline';
import type { FindArea } from '@foveate/predict';
import { stat } from 'node:fs/promises';
import { standardInputName } from './image-inputs.js';

/** Finds areas by the plugin of a run, which is loaded when the first is asked for: most networks need none. */
export interface RunAreas {
  readonly find: FindArea;
  close(): Promise<void>;
}

/** @returns undefined for a model file, beside which nothing says how areas are found */
export async function runAreas(model: string): Promise<RunAreas | undefined> {
  const found = await stat(model).catch(() => undefined);
  if (found?.isDirectory() !== true) return undefined;
  let finder: Promise<AreaFinder> | undefined;
  const open = async () => {
    const { defaultRunner } = await import('../runner.js');
    return defaultRunner().openAreaFinder(model);
  };
  return {
    find: async (image, name) => {
      const { find } = await (finder ??= open());
      return find(image, name, name === standardInputName ? undefined : name);
    },
    close: async () => (await finder?.catch(() => undefined))?.close(),
  };
}
