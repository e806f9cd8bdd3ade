/** How far a training has come: everything besides tensors that a resumed training needs. */
import type { EpochRecord } from '@foveate/contracts';
import { z } from 'zod';

const count = z.int().min(0);

const epochSums = z.strictObject({
  samples: count,
  loss: z.number(),
  correct: count,
  parts: z.record(z.string(), z.number()),
  trainSeconds: z.number(),
});

const epochRecord: z.ZodType<EpochRecord> = z.strictObject({
  epoch: count,
  train: z.strictObject({ loss: z.number(), accuracy: z.number(), parts: z.record(z.string(), z.number()) }),
  validation: z.strictObject({ loss: z.number(), accuracy: z.number() }),
  seconds: z.number(),
  imagesPerSecond: z.number(),
});

/** Layout of {@link TrainingProgress} in a checkpoint. */
export const trainingProgress = z.strictObject({
  version: z.literal(1),
  /** The caller's fingerprint of the configuration; another one cannot be resumed. */
  fingerprint: z.string(),
  seed: count,
  /** Epoch under way, counts from 1; epochs + 1 when all are done. */
  epoch: z.int().min(1),
  /** Steps done in it. */
  step: count,
  /** Sums over the samples of those steps. */
  sums: epochSums,
  /** One for each finished epoch. */
  records: z.array(epochRecord).readonly(),
  /** Lowest validation loss so far; of equal ones the earliest. */
  best: z.strictObject({ epoch: count, loss: z.number() }).nullable(),
});

/** How far a training has come. */
export type TrainingProgress = Readonly<z.infer<typeof trainingProgress>>;

/** Figures of one step, means over its samples. */
export interface StepFigures {
  readonly samples: number;
  readonly loss: number;
  readonly correct: number;
  readonly parts: Readonly<Record<string, number>>;
  /** Wall time, waiting for the batch included. */
  readonly seconds: number;
}

const nothing = { samples: 0, loss: 0, correct: 0, parts: {}, trainSeconds: 0 };

/** Progress before the first step. */
export function atStart(fingerprint: string, seed: number): TrainingProgress {
  return { version: 1, fingerprint, seed, epoch: 1, step: 0, sums: nothing, records: [], best: null };
}

/** Progress after one more step. */
export function afterStep(progress: TrainingProgress, step: StepFigures): TrainingProgress {
  const { sums } = progress;
  const parts = Object.entries(step.parts).map(([name, value]) => [
    name,
    (sums.parts[name] ?? 0) + value * step.samples,
  ]);
  return {
    ...progress,
    step: progress.step + 1,
    sums: {
      samples: sums.samples + step.samples,
      loss: sums.loss + step.loss * step.samples,
      correct: sums.correct + step.correct,
      parts: Object.fromEntries(parts) as Record<string, number>,
      trainSeconds: sums.trainSeconds + step.seconds,
    },
  };
}

/** Means over the samples of the epoch so far. */
export function trainMeans({ sums }: TrainingProgress): EpochRecord['train'] {
  const { samples } = sums;
  return {
    loss: sums.loss / samples,
    accuracy: sums.correct / samples,
    parts: Object.fromEntries(Object.entries(sums.parts).map(([name, sum]) => [name, sum / samples])),
  };
}

/** Closes the epoch with its validation. */
export function afterEpoch(
  progress: TrainingProgress,
  validation: EpochRecord['validation'],
  validationSeconds: number,
): { readonly progress: TrainingProgress; readonly record: EpochRecord; readonly best: boolean } {
  const { epoch, sums } = progress;
  const record: EpochRecord = {
    epoch,
    train: trainMeans(progress),
    validation,
    seconds: sums.trainSeconds + validationSeconds,
    imagesPerSecond: sums.samples / Math.max(sums.trainSeconds, 1e-9),
  };
  const best = progress.best === null || validation.loss < progress.best.loss;
  return {
    record,
    best,
    progress: {
      ...progress,
      epoch: epoch + 1,
      step: 0,
      sums: nothing,
      records: [...progress.records, record],
      best: best ? { epoch, loss: validation.loss } : progress.best,
    },
  };
}
