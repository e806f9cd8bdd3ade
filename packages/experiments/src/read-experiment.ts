/** An experiment from its file. */
import { basename, dirname, extname, resolve } from 'node:path';
import { makeForm, readForm, type Form } from '@foveate/assembly';
import { experimentSchema, type Experiment } from './schema.js';

/** An experiment, and where it was written down. */
export interface ReadExperiment extends Form<Experiment> {
  readonly name: string;
  /** Absolute; relative paths start from here. */
  readonly baseFolder: string;
}

/**
 * Reads and checks the file of an experiment; its configurations are checked when it is planned.
 * @throws FoveateError `PATH_MISSING`, or `CONFIG_INVALID` listing every problem with its place in the file
 */
export async function readExperiment(file: string): Promise<ReadExperiment> {
  const form = await readForm(file, experimentSchema);
  return { ...form, name: form.value.name ?? basename(file, extname(file)), baseFolder: resolve(dirname(file)) };
}

/**
 * Checks an experiment made by a program.
 * @param baseFolder where relative paths in it start
 * @throws FoveateError `CONFIG_INVALID` listing every problem
 */
export function makeExperiment(value: unknown, baseFolder: string): ReadExperiment {
  const form = makeForm(value, 'experiment', experimentSchema);
  return { ...form, name: form.value.name ?? 'experiment', baseFolder: resolve(baseFolder) };
}
