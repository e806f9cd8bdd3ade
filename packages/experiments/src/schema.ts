/** What the file of an experiment may hold. */
import { nearestNames } from '@foveate/contracts';
import { z } from 'zod';
import { flipMeasures, imageMeasures } from './measures.js';

/** Runs of an experiment at most: one more is a slip of the pen. */
const mostRuns = 100_000;

const measureKeys = [...imageMeasures, ...flipMeasures].map(({ key }) => key);

const name = z.string().regex(/^[\w-][\w.-]*$/, 'expected letters, digits, points, hyphens and underscores');

/** A name, or two with a slash between: what stands before it makes one chart of several. */
const axisName = z
  .string()
  .regex(/^[\w-][\w.-]*(\/[\w-][\w.-]*)?$/, 'expected letters, digits, points, hyphens and underscores');

const patch = z
  .record(z.string().min(1), z.unknown())
  .nullable()
  .transform((value) => value ?? {})
  .describe('Options by their path, as --set takes them, such as data.size: 64.');

const axis = z.record(axisName, patch);

const seeds = z
  .union([
    z
      .int()
      .min(1)
      .max(1000)
      .transform((count) => Array.from({ length: count }, (_, index) => index + 1)),
    z
      .array(z.int().min(0))
      .min(1)
      .refine((list) => new Set(list).size === list.length, 'a seed stands there twice'),
  ])
  .describe('Seeds, or how many, counted from 1. Arms are compared seed by seed.');

/** A figure that somebody published, to be shown beside one's own. */
const published = z.strictObject({
  arm: axisName.describe('Arm that it belongs to.'),
  model: axisName.optional().describe('Model that it belongs to, where there are several.'),
  measure: z.enum(measureKeys).describe('Key of the measure, such as accuracy.'),
  value: z.number().min(0).max(1).describe('Shares from 0 to 1.'),
  images: z.int().min(1).optional().describe('Test images it was measured on: accuracy then gets its interval.'),
  source: z.string().describe('Where it was published.'),
});

/** An experiment: every arm on all data with every model and seed. */
export const experimentSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: name.optional().describe('Default: the name of the file.'),
    title: z.string().optional().describe('Heading of the report.'),
    question: z.string().optional().describe('What is asked, in a sentence or two, for readers of the report.'),
    config: z
      .union([z.string().min(1), z.record(z.string(), z.unknown())])
      .describe('What all runs have in common: a configuration, or the path of one.'),
    arms: axis
      .refine((arms) => Object.keys(arms).length > 0, 'at least one arm is needed')
      .describe('What is compared. In an arm $model stands for the model of the run, to be wrapped by another.'),
    data: axis.default({ data: {} }).describe('Data that every arm is run on.'),
    models: axis.default({ model: {} }).describe('Models that every arm is run with.'),
    seeds,
    compareWith: z
      .union([
        axisName.transform((one) => [one]),
        z
          .array(axisName)
          .min(1)
          .refine((list) => new Set(list).size === list.length, 'an arm stands there twice'),
      ])
      .optional()
      .describe(
        'Arms that the others are compared with, a later one of them with the earlier ones. Default: the first arm.',
      ),
    audit: z
      .union([z.literal(false), z.strictObject({ images: z.int().min(1).default(100) })])
      .default(false)
      .describe('Whether the runs are audited, and on how many test images.'),
    published: z.array(published).default([]),
  })
  .superRefine(({ arms, data, compareWith = [], models, seeds, published }, context) => {
    const runs = [arms, data, models].reduce((product, axis) => product * Object.keys(axis).length, seeds.length);
    if (runs > mostRuns) {
      const message = `expected at most ${String(mostRuns)} runs, these are ${String(runs)}`;
      context.addIssue({ code: 'custom', path: ['seeds'], message });
    }
    const known = (list: object, wanted: string, path: (string | number)[], what: string) => {
      if (Object.hasOwn(list, wanted)) return;
      const [near] = nearestNames(wanted, Object.keys(list));
      const meant = near === undefined ? '' : ` (did you mean '${near}'?)`;
      const message = `there is no ${what} '${wanted}'${meant}; there are ${Object.keys(list).join(', ')}`;
      context.addIssue({ code: 'custom', path, message });
    };
    // Keys that are whole numbers come in their order, whatever the file says.
    for (const arm of Object.keys(arms).filter((one) => /^\d+$/.test(one))) {
      const message = 'expected a name with a letter: arms named by numbers lose their order';
      context.addIssue({ code: 'custom', path: ['arms', arm], message });
    }
    compareWith.forEach((arm, index) =>
      known(arms, arm, ['compareWith', ...(compareWith.length > 1 ? [index] : [])], 'arm'),
    );
    published.forEach((figure, index) => {
      if (figure.images !== undefined && figure.measure !== 'accuracy') {
        const message = `only accuracy is a share of all test images, ${figure.measure} has no interval by their number`;
        context.addIssue({ code: 'custom', path: ['published', index, 'images'], message });
      }
      known(arms, figure.arm, ['published', index, 'arm'], 'arm');
      if (figure.model !== undefined) known(models, figure.model, ['published', index, 'model'], 'model');
    });
  });

/** A checked experiment file, defaults filled in. */
export type Experiment = z.output<typeof experimentSchema>;
