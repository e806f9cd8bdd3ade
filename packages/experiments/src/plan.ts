/** Every run of an experiment, its configuration checked before any of them begins. */
import { join, resolve } from 'node:path';
import { writtenConfig, type ConfigReader, type RunConfig } from '@foveate/assembly';
import { fail, isFoveateError } from '@foveate/contracts';
import type { ReadExperiment } from './read-experiment.js';

/** A run of an experiment. */
export interface PlannedRun {
  /** Names of its arm, data and model. */
  readonly arm: string;
  readonly data: string;
  readonly model: string;
  readonly seed: number;
  /** Absolute. */
  readonly folder: string;
  /** File of the common configuration: that of the experiment, or one that is written into its folder. */
  readonly configFile: string;
  /** `a.b=c` texts over the common configuration, the seed among them. */
  readonly overrides: readonly string[];
  readonly config: RunConfig;
}

/** What stands for the model of the run in an arm, as JSON. */
const theModel = '"$model"';

/** How runs are called in messages: `aoi on tiles with custom-cnn, seed 3`. */
export function runName({ arm, data, model, seed }: Pick<PlannedRun, 'arm' | 'data' | 'model' | 'seed'>): string {
  return `${arm} on ${data} with ${model}, seed ${String(seed)}`;
}

/**
 * The runs of an experiment: seed by seed, so that what is there when it is stopped can be compared.
 * @param folder of the experiment
 * @param overrides `a.b=c` texts for all runs, over what the file says
 * @throws FoveateError of the first configuration that is invalid, which names arm, data and model
 */
export async function planRuns(
  experiment: ReadExperiment,
  reader: Pick<ConfigReader, 'readConfig' | 'makeConfig'>,
  folder: string,
  overrides: readonly string[] = [],
): Promise<readonly PlannedRun[]> {
  const { value, baseFolder, name } = experiment;
  const { config, arms, data, models, seeds } = value;
  const read = (texts: readonly string[]) =>
    typeof config === 'string'
      ? reader.readConfig(resolve(baseFolder, config), texts)
      : reader.makeConfig({ name, ...config }, baseFolder, texts);
  requireOwnFolders(experiment);
  const runs: PlannedRun[] = [];
  for (const seed of seeds) {
    for (const [dataName, ofData] of Object.entries(data)) {
      for (const [model, ofModel] of Object.entries(models)) {
        const below = [ofData, ofModel].flatMap(overridesOf);
        for (const [arm, ofArm] of Object.entries(arms)) {
          const where = { arm, data: dataName, model, seed };
          const toNamed = (cause: unknown) => {
            throw named(cause, where, experiment);
          };
          const ofArmTexts = await withModel(overridesOf(ofArm), () => read(below).catch(toNamed));
          const texts = [...below, ...ofArmTexts, ...overrides, `seed=${String(seed)}`];
          const withName = [...texts, `name=${plain(`${arm}-${dataName}-${model}-${String(seed)}`)}`];
          runs.push({
            ...where,
            configFile: typeof config === 'string' ? resolve(baseFolder, config) : commonConfigFile(folder),
            folder: resolve(folder, 'runs', join(dataName, model, arm), `seed-${String(seed)}`),
            overrides: withName,
            config: await read(withName).catch(toNamed),
          });
        }
      }
    }
  }
  return runs;
}

/**
 * Names with slashes can meet: data x/y with model m, and data x with model y/m.
 * @throws FoveateError `CONFIG_INVALID` for two places that are one, also where upper and lower case are the same, or one within another
 */
function requireOwnFolders({ value: { arms, data, models }, locate }: ReadExperiment): void {
  const [seen, within] = [new Map<string, string>(), new Map<string, string>()];
  for (const dataName of Object.keys(data)) {
    for (const model of Object.keys(models)) {
      for (const arm of Object.keys(arms)) {
        const folder = [dataName, model, arm].join('/').toLowerCase();
        const name = `${arm} on ${dataName} with ${model}`;
        const paths = folder.split('/').map((_, end, parts) => parts.slice(0, end + 1).join('/'));
        const other = within.get(folder) ?? paths.map((path) => seen.get(path)).find((one) => one !== undefined);
        if (other !== undefined) {
          throw fail({
            code: 'CONFIG_INVALID',
            what: `The runs of ${name} would stand in the folder of ${other}`,
            where: locate(['arms', arm]),
            advice: 'Give arms, data and models names that differ by more than slashes and upper case',
          });
        }
        seen.set(folder, name);
        for (const path of paths) within.set(path, name);
      }
    }
  }
}

/** Where the common configuration is written, if the experiment holds it itself. */
export function commonConfigFile(folder: string): string {
  return resolve(folder, 'config.json');
}

/** The text of that file; undefined where the experiment names one. */
export function commonConfigText({ value: { config }, baseFolder }: ReadExperiment): string | undefined {
  if (typeof config === 'string') return undefined;
  const own = config['baseFolder'];
  const start = typeof own === 'string' ? resolve(baseFolder, own) : baseFolder;
  return `${JSON.stringify({ ...config, baseFolder: start }, null, 2)}\n`;
}

/**
 * What an arm sets, `$model` in it replaced by the model of the run as it is without the arm: so that an arm can wrap whichever model
 * it is run with.
 */
async function withModel(texts: readonly string[], without: () => Promise<RunConfig>): Promise<readonly string[]> {
  if (!texts.some((text) => text.includes(theModel))) return texts;
  const { model } = writtenConfig(await without(), '');
  return texts.map((text) => text.replaceAll(theModel, () => JSON.stringify(model)));
}

/** What an entry of an axis sets, as `a.b=c` texts. */
function overridesOf(patch: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(patch).map(([path, value]) => `${path}=${JSON.stringify(value)}`);
}

function plain(name: string): string {
  return name.replaceAll('/', '-');
}

/** The error of a configuration, with the run it belongs to. */
function named(
  cause: unknown,
  where: Pick<PlannedRun, 'arm' | 'data' | 'model' | 'seed'>,
  { value, locate }: ReadExperiment,
) {
  if (!isFoveateError(cause)) return cause;
  // What is wrong there is most often a key of an entry: whichever holds it.
  const holds = (entry: Readonly<Record<string, unknown>> = {}) =>
    Object.keys(entry).some((key) => cause.message.includes(key));
  const entry = holds(value.arms[where.arm])
    ? (['arms', where.arm] as const)
    : holds(value.models[where.model])
      ? (['models', where.model] as const)
      : holds(value.data[where.data])
        ? (['data', where.data] as const)
        : (['arms', where.arm] as const);
  return fail({
    code: cause.code,
    what: `The configuration of ${runName(where)} is invalid`,
    where: locate([...entry]),
    advice: cause.message,
    cause,
  });
}
