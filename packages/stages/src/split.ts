/** Split: the first stage that needs all samples; from here on the data set is fixed and in order of ids. */
import { fail, isFoveateError, splitNames } from '@foveate/contracts';
import type {
  AssignedSample,
  DataCounts,
  DuplicateCluster,
  LabelledItem,
  LabelledSample,
  Skip,
  SplitName,
  Splitter,
} from '@foveate/contracts';
import { defer, map, mergeMap, toArray, type OperatorFunction } from 'rxjs';
import { Depths, type DepthFound } from './data/depth.js';
import type { Stored } from './data/sample-store.js';
import type { RunScope } from './run-scope.js';

/** The verified, labelled and divided data of a run. */
export interface DataSet {
  /** Sorted by id. */
  readonly samples: readonly AssignedSample[];
  /** Sorted by path. */
  readonly skips: readonly Skip[];
  readonly counts: DataCounts;
  /** Images that are there more than once, by id. */
  readonly duplicates: readonly DuplicateCluster[];
  /** The samples with where their pixels are kept, in the same order. */
  readonly stored: readonly Stored<AssignedSample>[];
  /** What its 16-bit images hold; undefined when there are none, or they were not looked at. */
  readonly depth: DepthFound | undefined;
}

declare module '@foveate/contracts' {
  interface StagePorts {
    'data-set': DataSet;
  }
}

const byKey =
  <T>(key: (item: T) => string) =>
  (a: T, b: T) =>
    key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;

/** Samples by split and label. */
function countSamples(samples: readonly AssignedSample[]): DataCounts {
  const count = (split: SplitName) => {
    const labels = samples.filter((sample) => sample.split === split).map(({ label }) => label);
    const defective = labels.filter((label) => label === 1).length;
    return { good: labels.length - defective, defective };
  };
  return { train: count('train'), validation: count('validation'), test: count('test') };
}

/** What a data set holds besides its samples. */
export interface DataSetParts {
  readonly skips?: readonly Skip[];
  readonly duplicates?: readonly DuplicateCluster[];
  readonly depth?: DepthFound | undefined;
}

/** A data set with its order and counts. */
export function dataSet(
  stored: readonly Stored<AssignedSample>[],
  { skips = [], duplicates = [], depth }: DataSetParts = {},
): DataSet {
  const sorted = stored.toSorted(byKey(({ sample }) => sample.id));
  const samples = sorted.map(({ sample }) => sample);
  return {
    samples,
    skips: skips.toSorted(byKey(({ path }) => path)),
    counts: countSamples(samples),
    duplicates: duplicates.toSorted(byKey(({ ids: [first = ''] }) => first)),
    stored: sorted,
    depth,
  };
}

/**
 * Divides the samples that are left. The stream ends in error with `DATA_INSUFFICIENT` when there are none or a split has
 * no samples, with `DATA_INVALID` when two samples share an id, with `PLUGIN_INVALID` when the splitter tears a group apart.
 */
export function split(run: Pick<RunScope, 'get' | 'seed'>): OperatorFunction<LabelledItem, DataSet> {
  return (items) =>
    defer(() => run.get('splitter')).pipe(
      mergeMap((splitter) =>
        items.pipe(
          toArray(),
          map((list) => divided(list, splitter, run.seed)),
        ),
      ),
    );
}

function divided(list: readonly LabelledItem[], splitter: Splitter, seed: number): DataSet {
  const skips = list.flatMap((item) => ('skip' in item ? [item.skip] : []));
  const kept = list.flatMap((item) => ('sample' in item ? [item] : [])).sort(byKey(({ sample }) => sample.id));
  const samples = kept.map(({ sample }) => sample);
  refuseDuplicates(samples);
  if (samples.length === 0) {
    throw fail({
      code: 'DATA_INSUFFICIENT',
      what: 'The data set has no usable sample',
      got: `0 samples, ${skipped(skips)}`,
    });
  }
  const depths = new Depths();
  for (const { depth } of kept) depths.add(depth);
  const duplicates = list.flatMap((item) => ('duplicates' in item ? [item.duplicates] : []));
  const assigned = assign(splitter, samples, seed, skips);
  // Fingerprints stay behind: what is kept here is sent to workers with every batch.
  const stored = kept.map(({ slot, stamps }, index): Stored<AssignedSample> => {
    const sample = assigned[index] as AssignedSample;
    return { sample, ...(slot === undefined ? {} : { slot }), ...(stamps === undefined ? {} : { stamps }) };
  });
  const result = dataSet(stored, { skips, duplicates, depth: depths.found });
  const empty = splitNames.find((name) => result.counts[name].good + result.counts[name].defective === 0);
  if (empty === undefined) return result;
  throw fail({
    code: 'DATA_INSUFFICIENT',
    what: `The ${empty} split is empty`,
    got: `${String(samples.length)} samples in all, ${skipped(skips)}`,
    advice: 'Add samples, or change the shares of data.split',
  });
}

/** The samples with the splitter's answer; where it has too few samples, its error also says what was skipped, often the cause. */
function assign(
  splitter: Splitter,
  samples: readonly LabelledSample[],
  seed: number,
  skips: readonly Skip[],
): readonly AssignedSample[] {
  try {
    const splits = splitter.assign(samples, seed);
    requireWholeGroups(samples, splits);
    return samples.map((sample, index) => Object.assign({}, sample, { split: splits[index] ?? 'train' }));
  } catch (error) {
    if (!isFoveateError(error) || error.code !== 'DATA_INSUFFICIENT' || skips.length === 0) throw error;
    const { got } = error.parts;
    throw fail({ ...error.parts, got: `${got === undefined ? '' : `${got}; `}${skipped(skips)}`, cause: error });
  }
}

/** A leak between splits makes every figure of a run worthless: no splitter is trusted with it. */
function requireWholeGroups(samples: readonly LabelledSample[], splits: readonly SplitName[]): void {
  const places = new Map<string, SplitName | undefined>();
  for (const [index, { id, group }] of samples.entries()) {
    const place = splits[index];
    const first = group === undefined || !places.has(group) ? place : places.get(group);
    if (group !== undefined) places.set(group, first);
    if (place !== undefined && place === first) continue;
    throw fail({
      code: 'PLUGIN_INVALID',
      what:
        place === undefined ? 'The splitter left out a sample' : `The splitter tore the group '${group ?? ''}' apart`,
      where: id,
      ...(place === undefined ? {} : { expected: first ?? '', got: place }),
      advice: 'Use another splitter, or tell the author of this one',
    });
  }
}

function skipped([first, ...others]: readonly Skip[]): string {
  if (first === undefined) return '0 skipped';
  return `${String(1 + others.length)} skipped; first: ${first.message}`;
}

function refuseDuplicates(sorted: readonly LabelledSample[]): void {
  const at = sorted.findIndex((sample, index) => sample.id === sorted[index + 1]?.id);
  const [one, other] = [sorted[at], sorted[at + 1]];
  if (one === undefined || other === undefined) return;
  const [first, second] = [one.files?.[0], other.files?.[0]];
  const spelled = first !== undefined && second !== undefined && first !== second;
  throw fail({
    code: 'DATA_INVALID',
    what: spelled ? 'Two files have names that differ in their form of Unicode alone' : 'Two samples have the same id',
    where: one.id,
    ...(spelled ? { got: `${JSON.stringify(first)} and ${JSON.stringify(second)}` } : {}),
    advice: spelled ? 'Rename one of the two' : 'Let the source list each image once',
  });
}
