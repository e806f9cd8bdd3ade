/** Offline augmentation: a small training split multiplied into ordinary files, with the other splits beside it. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { access, readFile, readdir, rm } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fail, splitNames } from '@foveate/contracts';
import { writeAtomically } from '@foveate/contracts/node';
import type { SplitName } from '@foveate/contracts';
import { stringify } from 'yaml';
import type { Registry, RunConfig } from '@foveate/assembly';
import { writtenConfig } from '@foveate/assembly';
import { toJsonLines } from '@foveate/run-record';
import type { TaskContext } from '@foveate/contracts/task';
import { multiply, pixelHash } from './multiply.js';
import type { SetItem, Targets } from './multiply.js';
import { openSamples } from './open-samples.js';
import type { OpenSample, OpenSamples } from './open-samples.js';
import { setFiles, writeItem } from './set-folder.js';
import type { ProvenanceRow, SampleRow } from './set-folder.js';

/** What is built and where. */
export interface BuildOptions {
  readonly folder: string;
  /** Training samples wanted of each class. */
  readonly good: number;
  readonly defective: number;
  /** True: go on with what an earlier call with the same settings left. */
  readonly resume?: boolean;
}

/** What was built. */
export interface BuiltSet {
  readonly folder: string;
  /** A configuration that trains on it. */
  readonly config: string;
  readonly counts: Readonly<Record<SplitName, { readonly good: number; readonly defective: number }>>;
}

/**
 * Multiplies the training split of a configuration. Validation and test samples are written as they are; nothing of
 * them enters a training image. All images are of network size. Files appear complete or not at all, the list of samples
 * last: a build that was stopped is no data set yet and can be gone on with.
 * @throws FoveateError `OUTPUT_EXISTS`, `RUN_INVALID` (settings or data differ from those of the build to go on with),
 * `DATA_INVALID` (one image in two splits), and those of {@link multiply}
 */
export async function buildSet(
  config: RunConfig,
  registry: Registry,
  options: BuildOptions,
  { progress, signal }: TaskContext,
): Promise<BuiltSet> {
  const folder = resolve(options.folder);
  const targets: Targets = [options.good, options.defective];
  await requireFree(folder, options);
  const open = await openSamples(config, registry, signal);
  await beginBuild(folder, settingsOf(config, targets, open.samples), options);

  const places = new Map(open.samples.map(({ sample }, place) => [sample.id, place]));
  const splitOfPixels = new Map<string, SetItem['origin']['sample']>();
  const rows: { readonly sample: SampleRow; readonly provenance: ProvenanceRow }[] = [];
  for await (const item of itemsOf(open, targets)) {
    signal.throwIfAborted();
    const { sample } = item.origin;
    refuseLeak(splitOfPixels.get(item.pixels), sample);
    splitOfPixels.set(item.pixels, sample);
    rows.push(await writeItem(folder, item, { place: places.get(sample.id) ?? 0, seed: config.seed }));
    progress('samples', rows.length);
  }
  await writeAtomically(join(folder, setFiles.provenance), toJsonLines(rows.map(({ provenance }) => provenance)));
  await writeAtomically(join(folder, setFiles.config), stringify(trainingConfig(config, folder)));
  await writeAtomically(join(folder, setFiles.samples), toJsonLines(rows.map(({ sample }) => sample)));
  const count = (split: SplitName, label: 0 | 1) =>
    rows.filter(({ provenance }) => provenance.split === split && provenance.label === label).length;
  const counts = Object.fromEntries(
    splitNames.map((split) => [split, { good: count(split, 0), defective: count(split, 1) }]),
  ) as BuiltSet['counts'];
  return { folder: options.folder, config: join(options.folder, setFiles.config), counts };
}

/** The other splits as they are, then the multiplied training split. */
async function* itemsOf(open: OpenSamples, targets: Targets): AsyncGenerator<SetItem> {
  for (const origin of open.samples) {
    if (origin.sample.split === 'train') continue;
    const images = await open.prepare(origin);
    const { label } = origin.sample;
    yield { origin, variant: 0, images, label, record: [], pixels: pixelHash(images) };
  }
  yield* multiply(open, targets);
}

type PlacedSample = OpenSample['sample'];

function refuseLeak(before: PlacedSample | undefined, now: PlacedSample): void {
  if (before === undefined || before.split === now.split) return;
  throw fail({
    code: 'DATA_INVALID',
    what: `The same image is in ${before.split} and in ${now.split}`,
    where: now.id,
    got: before.id,
    advice: 'Take one of them out of the data set, or let data.duplicates group or drop them',
  });
}

/** What the files depend on. */
function settingsOf(config: RunConfig, targets: Targets, samples: readonly OpenSample[]): string {
  const { data, seed } = writtenConfig(config, '');
  const state = samples.map(({ sample: { id, split, label }, stamps }) => [id, split, label, stamps]);
  const fingerprint = createHash('sha256').update(JSON.stringify(state)).digest('hex');
  return `${JSON.stringify({ seed, data, good: targets[0], defective: targets[1], samples: fingerprint }, null, 2)}\n`;
}

/** Refuses before anything slow happens. */
async function requireFree(folder: string, { folder: shown, resume = false }: BuildOptions): Promise<void> {
  const begun = await access(join(folder, setFiles.build)).then(
    () => true,
    () => false,
  );
  if (resume && !begun) {
    throw fail({
      code: 'RUN_INVALID',
      what: 'There is no build to go on with',
      where: shown,
      advice: 'Leave out --resume',
    });
  }
  const names = await readdir(folder).catch(() => []);
  if (resume || names.length === 0) return;
  throw fail({
    code: 'OUTPUT_EXISTS',
    what: begun ? 'The output folder holds a build already' : 'The output folder is not empty',
    where: shown,
    advice: begun ? 'Go on with it with --resume, or choose another folder with --out' : 'Choose another with --out',
  });
}

async function beginBuild(
  folder: string,
  settings: string,
  { folder: shown, resume = false }: BuildOptions,
): Promise<void> {
  const path = join(folder, setFiles.build);
  if (!resume) return writeAtomically(path, settings);
  if ((await readFile(path, 'utf8')) === settings) return removeUnfinished(folder);
  throw fail({
    code: 'RUN_INVALID',
    what: 'The build was begun with other settings or other data',
    where: shown,
    advice: `Compare with ${setFiles.build} in it, or start anew with another --out`,
  });
}

/** Removes what a build that was killed left of files it had not finished. */
async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder, { recursive: true })) {
    if (/^\..+\.\d+\.tmp$/.test(basename(name))) await rm(join(folder, name), { force: true });
  }
}

/**
 * The configuration that trains on the built set: the same but for where the data comes from. The data is found from
 * the folder of the set, so that it can be moved.
 */
function trainingConfig(config: RunConfig, folder: string): Readonly<Record<string, unknown>> {
  // The lock is of the original data.
  const written = writtenConfig({ ...config, data: { ...config.data, lock: undefined } }, '.');
  return {
    ...written,
    name: `${config.name}-multiplied`,
    data: {
      ...(written['data'] as Readonly<Record<string, unknown>>),
      // Labels were decided: what has a type is defective.
      source: { id: 'manifest', file: setFiles.samples, requireMasks: false },
      aoi: 'source',
      label: { id: 'aoi', byGeometry: false },
      split: 'source',
      // Looked for when the set was built; its variants of one sample may well look alike.
      duplicates: 'ignore',
      augment: [],
    },
    model: rebased(config, folder),
  };
}

/** The model with paths of files that exist, those of weights say, as seen from the folder of the set. */
function rebased({ model, baseFolder }: RunConfig, folder: string): Readonly<Record<string, unknown>> {
  const moved = Object.entries(model.options).map(([key, value]) => {
    const isFile = typeof value === 'string' && !isAbsolute(value) && existsSync(resolve(baseFolder, value));
    return [key, isFile ? relative(folder, resolve(baseFolder, value)).split(sep).join('/') : value] as const;
  });
  return { id: model.id, ...Object.fromEntries(moved) };
}
