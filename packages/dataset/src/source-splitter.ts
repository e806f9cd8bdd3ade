import { definePlugin, fail } from '@foveate/contracts';
import { z } from 'zod';
import { drawSplits, prescribedSplits, requireBothClasses, seedOption } from './_assignment.js';

/** Keeps the splits of the source. Without a validation split, a share of train becomes one, stratified. */
export const sourceSplitter = definePlugin({
  meta: { kind: 'splitter', id: 'source', contract: '^2', summary: 'The splits that the data set comes with.' },
  options: z.strictObject({
    validation: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.2)
      .describe('Share of train that becomes validation when the source has none.'),
    seed: seedOption,
  }),
  register: ({ validation, seed }) => ({
    assign: (samples, seedOfRun) => {
      const prescribed = prescribedSplits(samples);
      const homeless = samples.find((sample) => prescribed(sample) === undefined);
      if (homeless !== undefined) {
        throw fail({
          code: 'CONFIG_INVALID',
          what: 'The source does not say which split a sample belongs to',
          where: homeless.id,
          advice:
            "Use the splitter 'stratified', or let the source tell splits: in a manifest by a column, in folders by class, in known layouts with splits: source",
        });
      }
      const complete = samples.some((sample) => prescribed(sample) === 'validation');
      const shares = { train: 1 - validation, validation, test: 0 };
      const drawn = drawSplits(samples, shares, seed ?? seedOfRun, (sample) => {
        const split = prescribed(sample);
        return split === 'train' && !complete ? undefined : split;
      });
      return requireBothClasses(samples, drawn, ['train', 'validation']);
    },
  }),
});
