/** The part of a configuration that belongs to no plugin. Plugin slots are only located here; see `slots.ts`. */
import { outsideFills } from '@foveate/contracts';
import { trainingOptions } from '@foveate/trainer';
import { z } from 'zod';
import { decisionOptions } from './decision-options.js';

const side = z.int().min(16).max(4096);
const slot = z.unknown().optional();
/** Least similarity of near duplicates where none is given; other parts of a product stay below 0.75. */
export const nearDuplicate = 0.85;
const duplicateTreatment = z.enum(['group', 'drop', 'ignore']);

/** Keys of the `explain` slot that are not options of the explainer. */
export const explainSchema = z.strictObject({
  images: z.int().min(0).default(8).describe('Test images explained for the report.'),
});

/** A configuration without its plugins' options. */
export const baseSchema = z.strictObject({
  $schema: z.string().optional().describe('Path or address of this schema, for the editor.'),
  name: z
    .string()
    .regex(/^[\w.-]+$/, 'expected letters, digits, points, hyphens and underscores')
    .optional()
    .describe('Name of the run; default: the name of the file.'),
  seed: z.int().min(0).default(1).describe('All chance of the run comes from this number.'),
  baseFolder: z
    .string()
    .optional()
    .describe('Folder that relative paths in options start from; itself relative to this file. Default: its folder.'),
  preset: slot,
  pipeline: slot,
  plugins: z.array(z.string().min(1)).default([]).describe('Third-party plugin packages, by npm name.'),
  data: z
    .strictObject({
      source: slot,
      aoi: slot,
      label: slot,
      split: slot,
      size: z
        .union([side, z.tuple([side, side])])
        .default(224)
        .describe('Network input in pixels: one number, or [height, width].'),
      augment: slot,
      disturb: slot,
      outside: z
        .enum(['keep', ...outsideFills])
        .optional()
        .describe(
          'What becomes of what lies outside the area of interest before the network sees it, in all splits and in use: it is kept, the default, or painted over with the mean colour of the area, grey or black. In use each image then needs an area, which data.aoi has to find.',
        ),
      duplicates: z
        .union([
          duplicateTreatment,
          z.strictObject({
            treatment: duplicateTreatment.default('group'),
            near: z
              .union([z.literal(false), z.number().gt(0).max(1)])
              .default(nearDuplicate)
              .describe(
                'Least similarity of near duplicates, 0 to 1: 1 where both look the same; false: the same pixels only.',
              ),
          }),
        ])
        .default('group')
        .describe(
          'Images that are there more than once. group: all in one split; drop: one of each label is kept; ignore: not looked for.',
        ),
      lock: z
        .string()
        .min(1)
        .optional()
        .describe(
          'Lock of the data, made by foveate dataset build; training first checks that the data still matches it.',
        ),
      lockMismatch: z
        .enum(['error', 'warn'])
        .default('error')
        .describe('Whether training on data that does not match its lock is refused or only warned of.'),
      augmentVariants: z
        .int()
        .min(1)
        .optional()
        .describe(
          'Drawings of each image: epoch e sees drawing e modulo this number. Default: a new one in every epoch.',
        ),
      workers: z
        .int()
        .min(0)
        .max(64)
        .optional()
        .describe(
          'Threads that decode and augment, 0: none but that of the run. Default: one for each processor, at most 8; none for small data sets.',
        ),
      prefetch: z
        .int()
        .min(1)
        .optional()
        .describe(
          'Batches in existence at most, that in use included. Default: 2, with workers one more than workers.',
        ),
      cache: z
        .enum(['memory', 'file', 'none'])
        .default('memory')
        .describe('Where decoded and resized samples are kept; with none every sample is decoded in every epoch.'),
      cacheMegabytes: z.int().min(1).default(512).describe('Most that is kept, in MiB.'),
    })
    .prefault({})
    .describe('Images, areas of interest, labels and how they are fed.'),
  model: slot,
  loss: slot,
  optimizer: slot,
  explain: slot,
  metrics: slot,
  training: z
    .strictObject({
      epochs: z.int().min(1).default(20).describe('Passes over the training split.'),
      batchSize: z.int().min(1).default(32).describe('Samples per step.'),
      balancedBatches: z
        .boolean()
        .optional()
        .describe('Draw as many samples of each class; rare ones come more than once in an epoch.'),
      ...trainingOptions,
    })
    .prefault({})
    .describe('How long, in what portions and how the model is trained.'),
  decision: decisionOptions
    .optional()
    .describe('What is made of scores once the model is trained; the test is measured with it.'),
  engine: slot,
  observers: slot,
});

/** What {@link baseSchema} makes of a configuration. */
export type BaseConfig = z.output<typeof baseSchema>;
