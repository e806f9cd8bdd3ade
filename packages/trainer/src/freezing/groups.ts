/** Parameter groups: factors of the learning rate by variable. */
import { z } from 'zod';
import type { TrainedModel } from '../objective.js';
import { namesMatching, patternDescription } from './name-pattern.js';

/** Options of one group. */
export const parameterGroup = z.strictObject({
  match: z.string().min(1).describe(patternDescription),
  learningRate: z.number().positive().describe('Factor of the learning rate for these variables.'),
});

/**
 * Factors by variable name; variables of no group are left out, those of several groups have the first one's.
 * @throws FoveateError `CONFIG_INVALID` when a group matches nothing
 */
export function learningRateFactors(
  model: TrainedModel,
  groups: readonly z.output<typeof parameterGroup>[],
): ReadonlyMap<string, number> {
  const names = model.variables.filter(({ trainable }) => trainable).map(({ name }) => name);
  const factors = groups.flatMap(({ match, learningRate }, index) =>
    namesMatching(match, names, `training.groups[${index}].match`).map((name) => [name, learningRate] as const),
  );
  // Of equal keys a Map keeps the last.
  return new Map(factors.toReversed());
}
