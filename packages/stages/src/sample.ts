/** Sample: at most so many samples of each class, chosen by chance that depends on the seed and their ids alone. */
import { classNames, defineStage, random } from '@foveate/contracts';
import type { Label, LabelledItem, LabelledSampleItem } from '@foveate/contracts';
import { concatMap, toArray, type OperatorFunction } from 'rxjs';
import { z } from 'zod';
import { groupBy } from './group-by.js';
import { scopeOf, type RunScope } from './run-scope.js';

/** At most how many samples of each class; left out: all. */
export type SampleOptions = Readonly<Partial<Record<(typeof classNames)[number], number | undefined>>>;

/**
 * Waits for all samples and hands on at most so many of each class. Within a class the kinds, by defect types and
 * prescribed split, keep their proportions as far as numbers allow. How many were left out is said in a notice.
 */
export function sampleClasses(
  run: Pick<RunScope, 'seed' | 'emit'>,
  most: SampleOptions,
): OperatorFunction<LabelledItem, LabelledItem> {
  return (items) =>
    items.pipe(
      toArray(),
      concatMap((list) => {
        const samples = list.flatMap((item) => ('sample' in item ? [item] : []));
        const chosen = ([0, 1] as const).flatMap((label) => {
          const ofClass = samples.filter(({ sample }) => sample.label === label);
          return chosenOf(ofClass, most[classNames[label]] ?? Infinity, run.seed);
        });
        const kept = new Set(chosen);
        if (kept.size < samples.length) {
          const text = ([0, 1] as const).map((label) => counted(samples, chosen, label)).join(' and ');
          run.emit({ type: 'notice', message: `The stage 'sample' keeps ${text} samples.` });
        }
        return list.filter((item) => !('sample' in item) || kept.has(item));
      }),
    );
}

function counted(all: readonly LabelledSampleItem[], kept: readonly LabelledSampleItem[], label: Label): string {
  const of = (list: readonly LabelledSampleItem[]) =>
    String(list.filter(({ sample }) => sample.label === label).length);
  return `${of(kept)} of ${of(all)} ${classNames[label]}`;
}

function chosenOf(list: readonly LabelledSampleItem[], most: number, seed: number): readonly LabelledSampleItem[] {
  if (list.length <= most) return list;
  const sorted = list.toSorted((a, b) => (a.sample.id < b.sample.id ? -1 : 1));
  const kinds = [...groupBy(sorted, kindOf)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  // Each kind its share, rounded down; what is left goes to the largest remainders.
  const shares = kinds.map(([kind, members]) => {
    const exact = (most * members.length) / list.length;
    return { kind, members, count: Math.floor(exact), rest: exact - Math.floor(exact) };
  });
  const left = most - shares.reduce((sum, { count }) => sum + count, 0);
  const larger = new Set(shares.toSorted((a, b) => b.rest - a.rest || (a.kind < b.kind ? -1 : 1)).slice(0, left));
  return shares.flatMap((share) => {
    const byChance = random(seed, 'sample', share.kind).shuffle(share.members);
    return byChance.slice(0, share.count + (larger.has(share) ? 1 : 0));
  });
}

function kindOf({ sample: { defectTypes, split } }: LabelledSampleItem): string {
  return JSON.stringify([defectTypes.toSorted(), split ?? null]);
}

const most = z.int().min(1).optional();

/** At most so many samples of each class. */
export const sampleStage = defineStage({
  meta: {
    kind: 'stage',
    id: 'sample',
    contract: '^2',
    summary: 'At most so many samples of each class, chosen by the seed, the kinds of a class in proportion.',
  },
  takes: 'labelled-sample',
  gives: 'labelled-sample',
  repeatable: true,
  options: z
    .strictObject({
      good: most.describe('Most good samples.'),
      defective: most.describe('Most defective samples.'),
    })
    .refine(({ good, defective }) => good !== undefined || defective !== undefined, "expected 'good' or 'defective'"),
  register: (options, { run }) => sampleClasses(scopeOf(run), options),
});
