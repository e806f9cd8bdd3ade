/**
 * Deduplicate: images that are the same, or nearly, must not end in different splits, for a model is not tested by what it
 * has seen. They become one group, which no splitter tears apart. Where the source prescribes different splits, the copies
 * that would be trained on are left out.
 */
import type { DuplicatesConfig } from '@foveate/assembly';
import type {
  DuplicateCluster,
  LabelledItem,
  LabelledSample,
  LabelledSampleItem,
  Skip,
  SplitName,
} from '@foveate/contracts';
import { DisjointSets, findDuplicates } from '@foveate/image';
import { concatMap, toArray, type OperatorFunction } from 'rxjs';
import type { RunScope } from './run-scope.js';

/**
 * Waits for all samples, then hands them on with the duplicates found among them; those left out become skips. The order
 * in which samples come does not matter.
 */
export function deduplicate(run: {
  readonly settings: { readonly data: Pick<RunScope['settings']['data'], 'duplicates'> };
}): OperatorFunction<LabelledItem, LabelledItem> {
  return (items) =>
    items.pipe(
      toArray(),
      concatMap((list) => {
        const samples = list.flatMap((item) => ('sample' in item ? [item] : []));
        const others = list.flatMap((item) => ('sample' in item ? [] : [item]));
        return [...others, ...treated(samples, run.settings.data.duplicates)];
      }),
    );
}

function treated(list: readonly LabelledSampleItem[], { treatment, near }: DuplicatesConfig): readonly LabelledItem[] {
  const sorted = list.toSorted((a, b) => (a.sample.id < b.sample.id ? -1 : 1));
  const samples = sorted.map(({ sample }) => sample);
  const fingerprints = sorted.flatMap(({ fingerprint }) => fingerprint ?? []);
  if (treatment === 'ignore' || fingerprints.length < samples.length) return sorted;

  const copies = withSplits(samples);
  const skips = new Map<number, Skip>();
  const together = new DisjointSets(samples.length);
  const clusters = findDuplicates(fingerprints, near).map(({ members, similarity, tooMany }): DuplicateCluster => {
    const cluster = members.flatMap((index) => copies[index] ?? []);
    if (!tooMany) {
      const left = leftOut(cluster, treatment === 'drop', similarity);
      const kept = members.filter((index) => !left.has(samples[index]?.id ?? ''));
      for (const index of members) {
        const skip = left.get(samples[index]?.id ?? '');
        if (skip !== undefined) skips.set(index, skip);
      }
      for (const index of kept) together.join(kept[0] ?? index, index);
    }
    const labelsDiffer = new Set(cluster.map(({ sample }) => sample.label)).size > 1;
    return { ids: cluster.map(({ sample }) => sample.id), similarity, labelsDiffer, treated: !tooMany };
  });
  return [
    ...clusters.map((duplicates) => ({ duplicates })),
    ...[...skips.values()].map((skip) => ({ skip })),
    ...grouped(samples, together).flatMap((sample, index) =>
      skips.has(index) ? [] : [Object.assign({}, sorted[index], { sample })],
    ),
  ];
}

/** A sample and the split that the source prescribes for it, or for its group. */
interface Copy {
  readonly sample: LabelledSample;
  readonly split: SplitName | undefined;
}

function withSplits(samples: readonly LabelledSample[]): readonly Copy[] {
  const ofGroup = new Map(
    samples.flatMap(({ group, split }) =>
      group === undefined || split === undefined ? [] : [[group, split] as const],
    ),
  );
  return samples.map((sample) => ({
    sample,
    split: sample.split ?? (sample.group === undefined ? undefined : ofGroup.get(sample.group)),
  }));
}

// A split without copies elsewhere is worth the more, the later it is used.
const precedence = ['test', 'validation', 'train', undefined] as const;

/**
 * Which samples of a cluster are left out, by id: those of prescribed splits that go before a later one, and, when copies
 * are dropped, all but the first of each label; which label is wrong nobody here can tell.
 */
function leftOut(cluster: readonly Copy[], drop: boolean, similarity: number): ReadonlyMap<string, Skip> {
  const [first, ...others] = cluster.toSorted((a, b) => precedence.indexOf(a.split) - precedence.indexOf(b.split));
  const skips = new Map<string, Skip>();
  if (first === undefined) return skips;
  const kept = [first];
  for (const copy of others) {
    const apart = copy.split !== undefined && copy.split !== first.split;
    const twin = apart ? first : kept.find(({ sample }) => sample.label === copy.sample.label);
    if (twin === undefined || !(apart || drop)) {
      kept.push(copy);
      continue;
    }
    const alike = similarity === 1 ? 'is the same as' : `looks the same (similarity ${similarity.toFixed(2)}) as`;
    const where = apart ? `, which is in ${first.split ?? ''}` : '';
    skips.set(copy.sample.id, {
      path: pathOf(copy.sample),
      reason: apart ? `duplicate-of-${first.split ?? ''}` : 'duplicate',
      message: `The image ${alike} ${pathOf(twin.sample)}${where}`,
    });
  }
  return skips;
}

function pathOf({ files, id }: LabelledSample): string {
  return files?.[0] ?? id;
}

/** The samples, with one group for all that are joined and for the groups those belong to. Sorted by id. */
function grouped(samples: readonly LabelledSample[], together: DisjointSets): readonly LabelledSample[] {
  const joined = new Set(together.clusters().flat());
  const firstOf = new Map<string, number>();
  for (const [index, { group }] of samples.entries()) {
    if (group === undefined) continue;
    const first = firstOf.get(group);
    if (first === undefined) firstOf.set(group, index);
    else together.join(first, index);
  }
  const names = new Map<number, string>();
  for (const index of joined)
    names.set(together.find(index), `duplicates of ${samples[together.find(index)]?.id ?? ''}`);
  return samples.map((sample, index) => {
    const group = names.get(together.find(index));
    return group === undefined ? sample : { ...sample, group };
  });
}
