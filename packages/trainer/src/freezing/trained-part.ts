/** Which variables of a model are trained; the others are frozen. */
import { fail } from '@foveate/contracts';
import { z } from 'zod';
import type { TrainedModel } from '../objective.js';
import { namesMatching, patternDescription } from './name-pattern.js';

/** Options that choose the trained part of a model. */
export const trainedPart = z
  .union([
    z.enum(['all', 'head']),
    z.strictObject({
      lastConv: z
        .int()
        .min(1)
        .describe('Convolutions counted from the top; everything above the lowest of them is trained too.'),
    }),
    z.strictObject({ pattern: z.string().min(1).describe(patternDescription) }),
  ])
  .describe(
    "What is trained: 'all', the 'head' behind the feature map, the last convolutions, or what matches a pattern.",
  );

/** What is trained, as a configuration says it. */
export type TrainedPart = z.output<typeof trainedPart>;

/**
 * Names of the trained variables. Variables stand in forward order in a model; a convolution is a variable of rank 4,
 * depthwise ones and those of squeeze-and-excitation included (EfficientNet-B0 has 81).
 * @param where configuration key, for errors
 * @throws FoveateError `CONFIG_INVALID` when nothing would be trained, or there are fewer convolutions than asked for
 */
export function trainedVariables(
  model: TrainedModel,
  part: TrainedPart,
  where = 'training.train',
): ReadonlySet<string> {
  const trainable = model.variables.filter((variable) => variable.trainable);
  const from = (lowest: number): readonly string[] => trainable.slice(lowest).map(({ name }) => name);
  const chosen = (): readonly string[] => {
    if (part === 'all') return from(0);
    if (part === 'head') return headOf(model);
    if ('pattern' in part) return namesMatching(part.pattern, from(0), where);
    const convolutions = trainable.flatMap(({ shape }, index) => (shape.length === 4 ? [index] : []));
    const lowest = convolutions.at(-part.lastConv);
    if (lowest === undefined) {
      throw fail({
        code: 'CONFIG_INVALID',
        where,
        what: 'The model has fewer convolutions',
        expected: `at most ${convolutions.length}`,
        got: String(part.lastConv),
        advice: "Use 'all' to train the whole model",
      });
    }
    return from(lowest);
  };
  const names = new Set(chosen());
  if (names.size === 0) {
    throw fail({
      code: 'CONFIG_INVALID',
      where,
      what: 'Model has no trainable variable',
      advice: 'Choose a larger part of it',
    });
  }
  return names;
}

/** What no stage reads; of a model without stages, what follows the last convolution from its first matrix on. */
function headOf({ variables, stages }: TrainedModel): readonly string[] {
  const staged = new Set(stages?.flatMap((stage) => stage.variables));
  const lastConvolution = variables.findLastIndex(({ shape }) => shape.length === 4);
  const firstMatrix = variables.findIndex(({ shape }, index) => index > lastConvolution && shape.length === 2);
  const inHead = (name: string, index: number): boolean =>
    stages === undefined ? firstMatrix >= 0 && index >= firstMatrix : !staged.has(name);
  return variables.filter(({ name, trainable }, index) => trainable && inHead(name, index)).map(({ name }) => name);
}
