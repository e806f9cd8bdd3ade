import { definePlugin, fail } from '@foveate/contracts';
import { z } from 'zod';
import { assigned, requireBothClasses } from './_assignment.js';
import { divide } from './divide.js';

/** Keeps the splits of the source. Without a validation split, a share of train becomes one, stratified. */
export const sourceSplitter = definePlugin({
  meta: { kind: 'splitter', id: 'source', contract: 1, summary: 'The splits that the data set comes with.' },
  options: z.strictObject({
    validation: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.2)
      .describe('Share of train that becomes validation when the source has none.'),
  }),
  register: ({ validation }) => ({
    assign: (samples, seed) => {
      const homeless = samples.find(({ split }) => split === undefined);
      if (homeless !== undefined) {
        throw fail({
          code: 'CONFIG_INVALID',
          what: 'The source does not say which split a sample belongs to',
          where: homeless.id,
          advice: "Use the splitter 'stratified', or the source's own splits (mvtec: splits: source)",
        });
      }
      const drawn = samples.some(({ split }) => split === 'validation')
        ? new Map()
        : divide(
            samples.filter(({ split }) => split === 'train'),
            { train: 1 - validation, validation, test: 0 },
            seed,
          );
      return requireBothClasses(
        samples.map((sample) => assigned(sample, drawn.get(sample.id) ?? sample.split ?? 'train')),
        ['train', 'validation'],
      );
    },
  }),
});
