/** Split: the first stage that needs all samples; from here on the data set is fixed and in order of ids. */
import { fail, isFoveateError, splitNames } from '@foveate/contracts';
import type { AssignedSample, DataCounts, LabelledSample, Skip, SplitName, Splitter } from '@foveate/contracts';
import { map, toArray } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import type { MaskedItem } from './2-mask.js';

/** The verified, labelled and divided data of a run. */
export interface DataSet {
  /** Sorted by id. */
  readonly samples: readonly AssignedSample[];
  /** Sorted by path. */
  readonly skips: readonly Skip[];
  readonly counts: DataCounts;
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

/** A data set with its order and counts. */
export function dataSet(samples: readonly AssignedSample[], skips: readonly Skip[]): DataSet {
  return {
    samples: samples.toSorted(byKey(({ id }) => id)),
    skips: skips.toSorted(byKey(({ path }) => path)),
    counts: countSamples(samples),
  };
}

/**
 * Divides what the mask stage labelled. The stream ends in error with `DATA_INSUFFICIENT` when nothing is left or a
 * split has no samples, with `DATA_INVALID` when two samples share an id.
 */
export function split(splitter: Splitter, seed: number): OperatorFunction<MaskedItem, DataSet> {
  return (items) =>
    items.pipe(
      toArray(),
      map((list) => {
        const skips = list.flatMap((item) => ('skip' in item ? [item.skip] : []));
        const samples = list.flatMap((item) => ('sample' in item ? [item.sample] : [])).sort(byKey(({ id }) => id));
        refuseDuplicates(samples);
        if (samples.length === 0) {
          throw fail({
            code: 'DATA_INSUFFICIENT',
            what: 'The data set has no usable sample',
            got: `0 samples, ${skipped(skips)}`,
          });
        }
        const result = dataSet(assign(splitter, samples, seed, skips), skips);
        const empty = splitNames.find((name) => result.counts[name].good + result.counts[name].defective === 0);
        if (empty !== undefined) {
          throw fail({
            code: 'DATA_INSUFFICIENT',
            what: `The ${empty} split is empty`,
            got: `${String(samples.length)} samples in all, ${skipped(skips)}`,
            advice: 'Add samples, or change the shares of data.split',
          });
        }
        return result;
      }),
    );
}

/** The splitter's answer; where it has too few samples, its error also says what was skipped, often the cause. */
function assign(
  splitter: Splitter,
  samples: readonly LabelledSample[],
  seed: number,
  skips: readonly Skip[],
): readonly AssignedSample[] {
  try {
    return splitter.assign(samples, seed);
  } catch (error) {
    if (!isFoveateError(error) || error.code !== 'DATA_INSUFFICIENT' || skips.length === 0) throw error;
    const { got } = error.parts;
    throw fail({ ...error.parts, got: `${got === undefined ? '' : `${got}; `}${skipped(skips)}`, cause: error });
  }
}

function skipped([first, ...others]: readonly Skip[]): string {
  if (first === undefined) return '0 skipped';
  return `${String(1 + others.length)} skipped; first: ${first.message}`;
}

function refuseDuplicates(sorted: readonly LabelledSample[]): void {
  const twice = sorted.find((sample, index) => sample.id === sorted[index + 1]?.id);
  if (twice !== undefined) {
    throw fail({ code: 'DATA_INVALID', what: 'Two samples have the same id', where: twice.id });
  }
}
