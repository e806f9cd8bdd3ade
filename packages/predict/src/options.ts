/** Options as they must be. Programs in plain JavaScript give anything, and what is silently ignored costs days. */
import { fail, nearestNames } from '@foveate/contracts';
import { z } from 'zod';
import type { FindArea } from './prepare.js';
import { whatItIs } from './what-it-is.js';

/** Most threads of a network; more than any machine gains by. */
const mostThreads = 256;

/** Milliseconds of the longest timer. */
const longestWait = 2 ** 31 - 1;

const sample = z.int().min(0).max(65535);

/** Values of 16-bit samples that become 0 and 255. */
export const valueRangeSchema = z
  .tuple([sample, sample])
  .refine(([black, white]) => black < white, 'two whole numbers from 0 to 65535, the first less than the second');

/** Score from which an image counts as defective. */
export const thresholdSchema = z.number('0 to 1').min(0, '0 to 1').max(1, '0 to 1');

/** Options of a predictor. */
export const predictorSchema = z.strictObject({
  threshold: thresholdSchema.optional(),
  heatmap: z.boolean('true or false').default(false),
  threads: wholeNumber(mostThreads).optional(),
  maxPixels: z.number('a number above 0').positive('a number above 0').optional(),
  valueRange: valueRangeSchema.optional(),
  findArea: z.custom<FindArea>((value) => typeof value === 'function', 'a function').optional(),
});

/** Options of a stream of predictions. */
export const streamSchema = z.strictObject({
  concurrency: wholeNumber().default(2),
  batchSize: wholeNumber().default(1),
  maxWait: z
    .number('milliseconds, above 0')
    .positive('milliseconds, above 0')
    .max(longestWait, `at most ${String(longestWait)} milliseconds`)
    .optional(),
});

function wholeNumber(most?: number) {
  const what = most === undefined ? 'a whole number from 1' : `a whole number from 1 to ${String(most)}`;
  return z
    .int(what)
    .min(1, what)
    .max(most ?? Number.MAX_SAFE_INTEGER, what);
}

/**
 * Options with their defaults.
 * @param where the function they were given to
 * @throws FoveateError `CONFIG_INVALID` naming the option
 */
export function checkedOptions<Schema extends z.ZodObject>(
  schema: Schema,
  options: unknown,
  where: string,
): z.output<Schema> {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const known = Object.keys(schema.shape);
  if (issue?.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const [nearest] = nearestNames(key, known);
    throw fail({
      code: 'CONFIG_INVALID',
      what: `There is no option '${key}'`,
      where,
      expected: known.join(', '),
      ...(nearest === undefined ? {} : { advice: `Did you mean ${nearest}?` }),
    });
  }
  const [key] = issue?.path ?? [];
  const value = key === undefined ? options : (options as Readonly<Record<PropertyKey, unknown>>)[key];
  throw fail({
    code: 'CONFIG_INVALID',
    what: key === undefined ? 'The options are no object' : `The option '${String(key)}' is not valid`,
    where,
    ...(key === undefined || issue === undefined ? {} : { expected: issue.message }),
    got: whatItIs(value),
  });
}
