/** What `foveate reproduce` does. */
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fail } from '@foveate/contracts';
import { readExperiment, type Experiment } from '@foveate/experiments';
import { identifyWeights, readWeights, reproductions } from '@foveate/preset-default';
import { printTable } from '../terminal/table.js';
import { experimentShown, type ExperimentFlags } from './experiment.js';

/** Options of `reproduce`. */
export interface ReproduceFlags extends ExperimentFlags {
  readonly data?: string;
  readonly seeds?: number;
  readonly weights?: string;
  readonly show?: boolean;
}

/**
 * Runs an experiment that comes with the product.
 * @throws FoveateError `CONFIG_INVALID` for a name that is none, and for data that is missing or not needed; `WEIGHTS_INVALID`
 *   for weights of none of its networks
 */
export async function reproduce(name: string | undefined, flags: ReproduceFlags): Promise<void> {
  if (name === undefined) {
    const rows = Object.entries(reproductions).map(([key, { summary, data, weights }]) => [
      key,
      summary,
      data ?? (weights ? 'weights: downloaded, or --weights' : 'nothing'),
    ]);
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
  if (flags.data !== undefined) await requireFolder(flags.data);
  const read = await readExperiment(chosen.file);
  const seeds = flags.seeds === undefined ? read.value.seeds : Array.from({ length: flags.seeds }, (_, i) => i + 1);
  const models = flags.weights === undefined ? read.value.models : await startingFrom(flags.weights, read.value.models);
  const root = flags.data === undefined ? [] : [`data.source.root=${JSON.stringify(resolve(flags.data))}`];
  const value = { ...read.value, seeds, models };
  await experimentShown({ ...read, value }, { ...flags, set: [...root, ...flags.set] });
}

/** Models with the weights of a file in place of those they name, where it is of their architecture. */
async function startingFrom(file: string, models: Experiment['models']): Promise<Experiment['models']> {
  const weights = resolve(file);
  const found = await identifyWeights(await readWeights(weights));
  const pretrained = Object.entries(models).flatMap(([name, patch]) => {
    const model = patch['model'];
    return typeof model === 'object' && model !== null && 'weights' in model && 'id' in model
      ? [{ name, patch, model, id: model.id }]
      : [];
  });
  const fitting = pretrained.filter(({ id }) => id === found?.architecture);
  if (fitting.length === 0) {
    const ids = [...new Set(pretrained.map(({ id }) => String(id)))];
    throw fail({
      code: 'WEIGHTS_INVALID',
      what: 'These weights are of none of the pretrained networks of the experiment',
      where: weights,
      expected: ids.join(' or ') || 'none, since it has no such network',
      got: found?.architecture ?? 'nothing that is known',
    });
  }
  const changed = fitting.map(({ name, patch, model }) => [
    name,
    { ...patch, model: { ...model, ...found?.options, weights } },
  ]);
  return { ...models, ...(Object.fromEntries(changed) as Experiment['models']) };
}

/** Once, and not for every run. @throws FoveateError `PATH_MISSING` */
async function requireFolder(path: string): Promise<void> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) return;
  throw fail({
    code: 'PATH_MISSING',
    what: 'There is no such folder',
    where: resolve(path),
    advice: 'Check the path that --data names',
  });
}
