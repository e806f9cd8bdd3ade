/** How a model is trained, besides epochs and batch size: the options a configuration may hold. Left out means off. */
import { z } from 'zod';
import { earlyStoppingOptions } from './course/course.js';
import { monitors } from './course/monitor.js';
import { scheduleOptions } from './course/schedule.js';
import { parameterGroup } from './freezing/groups.js';
import { trainedPart } from './freezing/trained-part.js';
import { classWeightOptions } from './step/class-weights.js';
import { clipOptions } from './step/clip.js';
import { emaOptions } from './step/ema.js';
import { featureCacheOptions } from './trunk/feature-cache.js';

/** Validates {@link TrainingSettings} and fills in the defaults of their parts. */
export const trainingSettings = z.object({
  train: trainedPart.optional(),
  frozenBatchNorm: z
    .enum(['eval', 'train'])
    .optional()
    .describe(
      "Batch norm of frozen layers: 'eval' (default) keeps its running statistics, 'train' lets them follow the data.",
    ),
  unfreeze: z
    .array(
      z.strictObject({
        epoch: z.int().min(2).describe('First epoch, counted from 1, in which this part is trained.'),
        train: trainedPart,
      }),
    )
    .optional()
    .describe('Gradual unfreezing: other parts from later epochs on. Newly trained variables start with fresh slots.'),
  groups: z
    .array(parameterGroup)
    .optional()
    .describe('Parameter groups with learning rates of their own; of several that match the first counts.'),
  schedule: scheduleOptions.optional(),
  clip: clipOptions.optional(),
  classWeights: classWeightOptions.optional(),
  accumulate: z
    .int()
    .min(1)
    .optional()
    .describe('Batches whose gradients make one update, as the mean over all their samples; default 1.'),
  ema: emaOptions.optional(),
  monitor: monitors.optional(),
  metricsEvery: z
    .int()
    .min(0)
    .optional()
    .describe(
      'Epochs from one measurement of the metrics on the validation split to the next; default 1, 0: only at the end.',
    ),
  earlyStopping: earlyStoppingOptions.optional(),
});

/** What is trained and how; what is left out is off. */
export type TrainingSettings = Readonly<z.output<typeof trainingSettings>>;

/** Options of {@link TrainingSettings}, and of what goes with a training in a run, by key. */
export const trainingOptions = {
  ...trainingSettings.shape,
  featureCache: featureCacheOptions.optional(),
};

/** Options of the cache of a frozen trunk; left out: on, in the run's folder. */
export type FeatureCacheOptions = z.output<typeof featureCacheOptions>;
