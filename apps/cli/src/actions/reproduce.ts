/** What `foveate reproduce` does. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fail } from '@foveate/contracts';
import { readExperiment } from '@foveate/experiments';
import { reproductions } from '@foveate/preset-default';
import { printTable } from '../terminal/table.js';
import { experimentShown, type ExperimentFlags } from './experiment.js';

/** Options of `reproduce`. */
export interface ReproduceFlags extends ExperimentFlags {
  readonly data?: string;
  readonly seeds?: number;
  readonly show?: boolean;
}

/**
 * Runs an experiment that comes with the product.
 * @throws FoveateError `CONFIG_INVALID` for a name that is none, and for data that is missing or not needed
 */
export async function reproduce(name: string | undefined, flags: ReproduceFlags): Promise<void> {
  if (name === undefined) {
    const rows = Object.entries(reproductions).map(([key, { summary, data }]) => [key, summary, data ?? 'nothing']);
    printTable(['name', 'what', 'needs'], rows);
    return;
  }
  const chosen = Object.hasOwn(reproductions, name) ? reproductions[name] : undefined;
  if (chosen === undefined) {
    throw fail({
      code: 'CONFIG_INVALID',
      what: 'There is no such experiment',
      expected: Object.keys(reproductions).join(', '),
      got: name,
    });
  }
  if (flags.show === true) {
    process.stdout.write(await readFile(chosen.file, 'utf8'));
    return;
  }
  if ((chosen.data === undefined) !== (flags.data === undefined)) {
    throw fail({
      code: 'CONFIG_INVALID',
      what: chosen.data === undefined ? `'${name}' draws its images itself` : `'${name}' needs images`,
      where: '--data',
      ...(chosen.data === undefined
        ? { advice: 'Leave out --data' }
        : { expected: chosen.data, advice: `Name their folder: foveate reproduce ${name} --data FOLDER` }),
    });
  }
  const read = await readExperiment(chosen.file);
  const seeds = flags.seeds === undefined ? read.value.seeds : Array.from({ length: flags.seeds }, (_, i) => i + 1);
  const root = flags.data === undefined ? [] : [`data.source.root=${JSON.stringify(resolve(flags.data))}`];
  await experimentShown({ ...read, value: { ...read.value, seeds } }, { ...flags, set: [...root, ...flags.set] });
}
