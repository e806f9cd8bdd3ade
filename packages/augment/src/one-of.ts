import { definePlugin, fail } from '@foveate/contracts';
import type { Augmentation, AugmentationEffect, BuiltPlugin } from '@foveate/contracts';
import { z } from 'zod';
import { probability } from './_define.js';

/** Effects by how much they change. */
const effects: readonly AugmentationEffect[] = ['photometric', 'geometric', 'content'];

/** What was chosen, and what it drew. */
interface Choice {
  readonly id: string;
  /** Place in the list. */
  readonly index: number;
  readonly parameters: unknown;
}

/** Does one of several operations. */
export const oneOf = definePlugin({
  meta: { kind: 'augmentation', id: 'one-of', contract: '^2', summary: 'Does one operation of a list.' },
  options: z.strictObject({
    of: z
      .array(z.unknown() as z.ZodType<BuiltPlugin<'augmentation'>>)
      .min(1)
      .describe('The operations, named as in data.augment.'),
    weights: z
      .array(z.number().min(0))
      .optional()
      .describe('How likely each is, relative to the others; without it all are equally likely.'),
    probability: probability(),
  }),
  slots: { of: 'augmentation' },
  register: ({ of, weights = of.map(() => 1), probability: share }): Augmentation<Choice> => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (weights.length !== of.length || total === 0) {
      throw fail({
        code: 'CONFIG_INVALID',
        what: 'The weights do not fit the operations',
        where: 'augment.one-of.weights',
        expected: `${String(of.length)} numbers, not all 0`,
        got: JSON.stringify(weights),
        advice: 'Give a weight to each operation, or leave weights out',
      });
    }
    return {
      effect: effects.findLast((effect) => of.some(({ service }) => service.effect === effect)) ?? 'photometric',
      draw: (random, size) => {
        if (random.float() >= share) return undefined;
        let place = random.float() * total;
        const index = weights.findIndex((weight) => (place -= weight) < 0);
        const chosen = of[index];
        const parameters = chosen?.service.draw(random, size);
        return chosen === undefined || parameters === undefined ? undefined : { id: chosen.id, index, parameters };
      },
      apply: (input, { index, parameters }, context) => of[index]?.service.apply(input, parameters, context) ?? input,
    };
  },
});
