import { fail, splitNames, type LabelledSample, type SplitName } from '@foveate/contracts';
import { z } from 'zod';
import { divide } from './divide.js';

/** Option that splitters share. */
export const seedOption = z
  .int()
  .min(0)
  .optional()
  .describe('Seed of the split; default: that of the run. Set it to train with many seeds on one split.');

/** Share of the samples each split gets, in [0, 1]. */
export type SplitShares = Readonly<Record<SplitName, number>>;

/**
 * A split for each sample: those that are fixed, the others drawn in the given shares.
 * @param fixed split of a sample that is not drawn
 */
export function drawSplits(
  samples: readonly LabelledSample[],
  shares: SplitShares,
  seed: number,
  fixed: (sample: LabelledSample, index: number) => SplitName | undefined,
): readonly SplitName[] {
  const free = samples.filter((sample, index) => fixed(sample, index) === undefined);
  const weights = splitNames.map((name) => shares[name]);
  const parts = divide(free, weights, seed);
  let next = 0;
  return samples.map((sample, index) => fixed(sample, index) ?? splitNames[parts[next++] ?? 0] ?? 'train');
}

/**
 * Splits that the source prescribes: those of the samples, and for the others of a group that of the group.
 * @throws FoveateError `DATA_INVALID` when a group is torn apart
 */
export function prescribedSplits(
  samples: readonly LabelledSample[],
): (sample: LabelledSample) => SplitName | undefined {
  const splits = new Map<string, SplitName>();
  for (const { group, split, id } of samples) {
    if (group === undefined || split === undefined) continue;
    const other = splits.get(group) ?? split;
    if (other !== split) {
      throw fail({
        code: 'DATA_INVALID',
        what: `The data set has samples of group '${group}' both in ${other} and in ${split}`,
        where: id,
        advice: 'Move them into one folder, or change how groups are formed',
      });
    }
    splits.set(group, split);
  }
  return ({ group, split }) => split ?? (group === undefined ? undefined : splits.get(group));
}

/**
 * The splits, once every split named and every split in use has both classes.
 * @throws FoveateError `DATA_INSUFFICIENT` with all counts
 */
export function requireBothClasses(
  samples: readonly LabelledSample[],
  splits: readonly SplitName[],
  needed: readonly SplitName[],
): readonly SplitName[] {
  const counts = new Map(splitNames.map((name) => [name, { good: 0, defective: 0 }]));
  for (const [index, { label }] of samples.entries()) {
    const count = counts.get(splits[index] ?? 'train');
    if (count !== undefined) count[label === 1 ? 'defective' : 'good']++;
  }
  const lacking = [...counts].some(
    ([name, { good, defective }]) => (needed.includes(name) || good + defective > 0) && (good === 0 || defective === 0),
  );
  if (!lacking) return splits;
  throw fail({
    code: 'DATA_INSUFFICIENT',
    what: 'A split lacks a class',
    expected: 'good and defective samples in each',
    got: [...counts].map(([name, { good, defective }]) => `${name} ${good} good and ${defective} defective`).join('; '),
    advice: 'Add samples of the missing class, or change the shares of the split or the labelling',
  });
}
