/** Stratified division of samples. Pure: neither the order of the samples nor anything but the seed and the ids matters. */
import { random, splitNames, type Label, type LabelledSample, type SplitName } from '@foveate/contracts';
import { byCodeUnit } from './_files.js';
import { apportion } from './apportion.js';

/** Share of the samples each split gets, in [0, 1]; they sum to 1. */
export type SplitShares = Readonly<Record<SplitName, number>>;

/**
 * Assigns samples to splits in the given shares, stratified by label and, within a label, by defect type. Sizes per
 * label are exact by largest remainder; types are spread as evenly as those sizes allow. Samples of one group stay
 * together, which can cost some of that exactness. Prescribed splits are not looked at.
 * @returns split by sample id
 */
export function divide(samples: readonly LabelledSample[], shares: SplitShares, seed: number): Map<string, SplitName> {
  const weights = splitNames.map((name) => shares[name]);
  const open: Record<Label, number[]> = { 0: [], 1: [] };
  for (const label of [0, 1] as const) {
    open[label] = apportion(samples.filter((sample) => sample.label === label).length, weights);
  }
  const quota = { 0: [...open[0]], 1: [...open[1]] };

  const result = new Map<string, SplitName>();
  const put = (sample: LabelledSample, split: number): void => {
    result.set(sample.id, splitNames[split] ?? 'train');
    open[sample.label][split] = (open[sample.label][split] ?? 0) - 1;
  };

  const { groups, singles } = gather(samples, seed);
  for (const group of groups) {
    const appetite = splitNames.map((_, split) =>
      weights[split] === 0
        ? -Infinity
        : group.reduce((sum, { label }) => sum + (open[label][split] ?? 0) / Math.max(1, quota[label][split] ?? 0), 0),
    );
    const hungriest = appetite.indexOf(Math.max(...appetite));
    for (const sample of group) put(sample, hungriest);
  }
  for (const label of [0, 1] as const) {
    const mine = singles.filter((sample) => sample.label === label);
    const left = open[label].map((count) => Math.max(0, count));
    const sizes = apportion(mine.length, left);
    for (const [index, split] of spread(sizes).entries()) {
      const sample = mine[index];
      if (sample !== undefined) put(sample, split);
    }
  }
  return result;
}

/**
 * Groups of two and more, largest first, and the other samples, by defect type; otherwise in an order that the seed
 * decides.
 */
function gather(samples: readonly LabelledSample[], seed: number) {
  const keyed = samples
    .map((sample) => ({ sample, key: random(seed, 'split', sample.id).float() }))
    .sort((a, b) => a.key - b.key || byCodeUnit(a.sample.id, b.sample.id))
    .map(({ sample }) => sample);
  const byGroup = new Map<string, LabelledSample[]>();
  for (const sample of keyed) {
    const unit = sample.group === undefined ? `sample ${sample.id}` : `group ${sample.group}`;
    const members = byGroup.get(unit);
    if (members === undefined) byGroup.set(unit, [sample]);
    else members.push(sample);
  }
  const units = [...byGroup.values()];
  const typesOf = (sample: LabelledSample): string => [...sample.defectTypes].sort(byCodeUnit).join(' ');
  return {
    groups: units.filter((unit) => unit.length > 1).sort((a, b) => b.length - a.length),
    singles: units
      .filter((unit) => unit.length === 1)
      .flat()
      .sort((a, b) => byCodeUnit(typesOf(a), typesOf(b))),
  };
}

/** A sequence in which each index occurs as often as asked and at any point about as often as its share. */
function spread(sizes: readonly number[]): number[] {
  const total = sizes.reduce((a, b) => a + b, 0);
  const used = sizes.map(() => 0);
  return Array.from({ length: total }, (_, position) => {
    const behind = sizes.map((size, index) =>
      (used[index] ?? 0) < size ? (size * (position + 1)) / total - (used[index] ?? 0) : -Infinity,
    );
    const next = behind.indexOf(Math.max(...behind));
    used[next] = (used[next] ?? 0) + 1;
    return next;
  });
}
