import { definePlugin, fail } from '@foveate/contracts';
import { z } from 'zod';
import { drawSplits, requireBothClasses, seedOption } from './_assignment.js';
import { divide } from './divide.js';

/**
 * Cross-validation. The folds depend on the seed of the split alone: over `fold` 1 to `folds` each sample is tested
 * once. Folds are stratified by label and defect type, and no group is in two of them.
 */
export const kFoldSplitter = definePlugin({
  meta: {
    kind: 'splitter',
    id: 'k-fold',
    contract: '^2',
    summary: 'Cross-validation: one of several equal folds is tested, the others are trained on.',
  },
  options: z
    .strictObject({
      folds: z.int().min(2).max(100).default(5).describe('Number of folds.'),
      fold: z.int().min(1).default(1).describe('Fold that is tested; counts from 1.'),
      validation: z.number().gt(0).lt(1).default(0.2).describe('Share of the other folds that chooses the best epoch.'),
      seed: seedOption,
    })
    .refine(({ fold, folds }) => fold <= folds, { message: 'fold must be at most folds', path: ['fold'] }),
  register: ({ folds, fold, validation, seed: ownSeed }) => ({
    assign: (samples, seedOfRun) => {
      const seed = ownSeed ?? seedOfRun;
      const fixed = samples.find(({ split }) => split !== undefined);
      if (fixed !== undefined) {
        throw fail({
          code: 'CONFIG_INVALID',
          what: `Folds cannot be drawn: the source says that a sample belongs to ${fixed.split ?? 'a split'}`,
          where: fixed.id,
          advice: "Take the splits out of the source's options or list, or use the splitter 'source'",
        });
      }
      const foldOf = divide(samples, new Array<number>(folds).fill(1), seed);
      const shares = { train: 1 - validation, validation, test: 0 };
      return requireBothClasses(
        samples,
        drawSplits(samples, shares, seed, (_, index) => (foldOf[index] === fold - 1 ? 'test' : undefined)),
        ['train', 'validation', 'test'],
      );
    },
  }),
});
