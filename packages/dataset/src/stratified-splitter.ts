import { definePlugin, splitNames } from '@foveate/contracts';
import { z } from 'zod';
import { drawSplits, prescribedSplits, requireBothClasses, seedOption } from './_assignment.js';

/**
 * Divides by label and defect type in the given shares. Samples whose split the source prescribes keep it, as do all
 * samples of their group; the shares apply to the others.
 */
export const stratifiedSplitter = definePlugin({
  meta: {
    kind: 'splitter',
    id: 'stratified',
    contract: '^2',
    summary: 'Random shares, each with its part of every class.',
  },
  options: z
    .strictObject({
      train: z.number().gt(0).max(1).default(0.7).describe('Share that is trained on.'),
      validation: z.number().gt(0).max(1).default(0.2).describe('Share that chooses the best epoch.'),
      test: z.number().min(0).max(1).default(0.1).describe('Share that is measured; 0 when the source has its own.'),
      seed: seedOption,
    })
    .refine(({ train, validation, test }) => Math.abs(train + validation + test - 1) < 1e-6, {
      message: 'train, validation and test must sum to 1',
    }),
  register: ({ seed, ...shares }) => ({
    assign: (samples, seedOfRun) =>
      requireBothClasses(
        samples,
        drawSplits(samples, shares, seed ?? seedOfRun, prescribedSplits(samples)),
        splitNames.filter((name) => shares[name] > 0),
      ),
  }),
});
