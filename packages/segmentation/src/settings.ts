/** How a segmenter is trained, besides the plugins: numbers that suit ten to a hundred masks. */
import { trainingOptions } from '@foveate/trainer';
import { z } from 'zod';

const { schedule, ema, clip, earlyStopping, groups, train, frozenBatchNorm, unfreeze } = trainingOptions;

/** Validates {@link SegmentationSettings} and fills in the defaults. */
export const segmentationSettings = z.strictObject({
  size: z
    .tuple([z.int().min(16).max(2048), z.int().min(16).max(2048)])
    .default([128, 128])
    .describe('Height and width of the network input in pixels; masks are proposed at the size of the image.'),
  epochs: z.int().min(1).max(1e6).default(10).describe('Epochs at most.'),
  steps: z
    .int()
    .min(1)
    .max(1e6)
    .default(20)
    .describe('Steps of an epoch, however few images there are: they come again, augmented anew.'),
  batchSize: z.int().min(1).max(1024).default(8).describe('Images of a step.'),
  holdOut: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.2)
    .describe('Share of the images, and at least two, that early stopping and calibration go by.'),
  schedule: schedule.unwrap().prefault({ kind: 'cosine', warmup: 1, minimum: 0.02 }),
  ema: ema.unwrap().prefault({ decay: 0.95 }),
  earlyStopping: earlyStopping.unwrap().prefault({ patience: 10, minDelta: 0.001 }),
  clip: clip.unwrap().prefault({ norm: 1 }),
  train,
  frozenBatchNorm,
  unfreeze,
  groups,
});

/** How a segmenter is trained, defaults filled in. */
export type SegmentationSettings = Readonly<z.output<typeof segmentationSettings>>;
