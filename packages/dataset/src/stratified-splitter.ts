import { definePlugin, fail, splitNames, type LabelledSample, type SplitName } from '@foveate/contracts';
import { z } from 'zod';
import { assigned, requireBothClasses } from './_assignment.js';
import { divide } from './divide.js';

/**
 * Divides by label and defect type in the given shares. Samples whose split the source prescribes keep it, as do all
 * samples of their group; the shares apply to the others.
 */
export const stratifiedSplitter = definePlugin({
  meta: {
    kind: 'splitter',
    id: 'stratified',
    contract: 1,
    summary: 'Random shares, each with its part of every class.',
  },
  options: z
    .strictObject({
      train: z.number().gt(0).max(1).default(0.7).describe('Share that is trained on.'),
      validation: z.number().gt(0).max(1).default(0.2).describe('Share that chooses the best epoch.'),
      test: z.number().min(0).max(1).default(0.1).describe('Share that is measured; 0 when the source has its own.'),
    })
    .refine(({ train, validation, test }) => Math.abs(train + validation + test - 1) < 1e-6, {
      message: 'train, validation and test must sum to 1',
    }),
  register: (shares) => ({
    assign: (samples, seed) => {
      const prescribed = prescribedGroups(samples);
      const fixed = (sample: LabelledSample): SplitName | undefined =>
        sample.split ?? (sample.group === undefined ? undefined : prescribed.get(sample.group));
      const drawn = divide(samples.filter((sample) => fixed(sample) === undefined), shares, seed); // prettier-ignore
      return requireBothClasses(
        samples.map((sample) => assigned(sample, fixed(sample) ?? drawn.get(sample.id) ?? 'train')),
        splitNames.filter((name) => shares[name] > 0),
      );
    },
  }),
});

/** Splits that groups have because the source prescribes one for some of their samples. */
function prescribedGroups(samples: readonly LabelledSample[]): ReadonlyMap<string, SplitName> {
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
  return splits;
}
