/** How it is decided which images are called defective: the options a configuration may hold. */
import { z } from 'zod';

const share = z.number().min(0).max(1);

/** Validates {@link DecisionOptions}. */
export const decisionOptions = z.strictObject({
  threshold: z
    .union([
      share,
      z.discriminatedUnion('rule', [
        z.strictObject({
          rule: z.literal('cost').describe('Least expected cost of an image.'),
          missCost: z.number().positive().describe('Cost of a defective image that is called good.'),
          falseAlarmCost: z.number().positive().describe('Cost of a good image that is called defective.'),
          prevalence: share
            .optional()
            .describe('Share of defective images in use; default: that of the validation split.'),
        }),
        z.strictObject({
          rule: z.literal('miss-rate').describe('Fewest false alarms among the thresholds that miss few enough.'),
          atMost: share.describe('Share of the defective images that may be missed.'),
        }),
        z.strictObject({
          rule: z
            .literal('false-alarm-rate')
            .describe('Fewest misses among the thresholds with few enough false alarms.'),
          atMost: share.describe('Share of the good images that may be called defective.'),
        }),
      ]),
    ])
    .optional()
    .describe(
      'Score from which an image is called defective: a number, or a rule by which it is chosen on the validation split. Default: 0.5.',
    ),
  temperature: z
    .boolean()
    .optional()
    .describe(
      'Whether logits are divided by a temperature fitted on the validation split, so that scores are nearer to what is observed. Default: false.',
    ),
});

/** How it is decided which images are called defective. */
export type DecisionOptions = Readonly<z.output<typeof decisionOptions>>;
