/** How far a training has come: everything besides tensors that a resumed training needs. */
import type { EpochRecord } from '@foveate/contracts';
import { z } from 'zod';
import { courseStart, courseState } from './course.js';

const count = z.int().min(0);

const epochSums = z.strictObject({
  samples: count,
  loss: z.number(),
  correct: z.number().min(0),
  parts: z.record(z.string(), z.number()),
  trainSeconds: z.number(),
  /** Of the last update. */
  learningRate: z.number(),
});

const epochRecord: z.ZodType<EpochRecord> = z.strictObject({
  epoch: count,
  train: z.strictObject({ loss: z.number(), accuracy: z.number(), parts: z.record(z.string(), z.number()) }),
  validation: z.strictObject({
    loss: z.number(),
    accuracy: z.number(),
    auroc: z.number().nullable().exactOptional(),
    metrics: z
      .record(z.string(), z.union([z.number().nullable(), z.record(z.string(), z.number().nullable())]))
      .exactOptional(),
  }),
  learningRate: z.number().exactOptional(),
  seconds: z.number(),
  imagesPerSecond: z.number(),
  trunk: z.strictObject({ read: count, computed: count, secondsSaved: z.number() }).exactOptional(),
});

/** Layout of {@link TrainingProgress} in a checkpoint. */
export const trainingProgress = z.strictObject({
  version: z.literal(2),
  /** The caller's fingerprint of the configuration; another one cannot be resumed. */
  fingerprint: z.string(),
  seed: count,
  /** Epoch under way, counts from 1; epochs + 1 when all are done. */
  epoch: z.int().min(1),
  /** Steps done in it. */
  step: count,
  /** Updates done in the whole training. */
  updates: count,
  /** Phase whose variables the optimizer has slots for. */
  phase: count,
  /** Loss of the first step. */
  startLoss: z.number().nullable(),
  /** Sums over the samples of those steps. */
  sums: epochSums,
  /** One for each finished epoch. */
  records: z.array(epochRecord).readonly(),
  course: courseState,
});

/** How far a training has come. */
export type TrainingProgress = Readonly<z.infer<typeof trainingProgress>>;

/** Figures of one step, means over its samples. */
export interface StepFigures {
  readonly samples: number;
  readonly loss: number;
  readonly correct: number;
  readonly parts: Readonly<Record<string, number>>;
  readonly learningRate: number;
  /** Whether the weights were updated, and not only gradients gathered. */
  readonly updated: boolean;
  /** Wall time, waiting for the batch included. */
  readonly seconds: number;
}

const nothing = { samples: 0, loss: 0, correct: 0, parts: {}, trainSeconds: 0, learningRate: 0 };

/** Progress before the first step. */
export function atStart(fingerprint: string, seed: number): TrainingProgress {
  const from = { epoch: 1, step: 0, updates: 0, phase: 0, startLoss: null };
  return { version: 2, fingerprint, seed, ...from, sums: nothing, records: [], course: courseStart };
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
    updates: progress.updates + (step.updated ? 1 : 0),
    startLoss: progress.startLoss ?? step.loss,
    sums: {
      samples: sums.samples + step.samples,
      loss: sums.loss + step.loss * step.samples,
      correct: sums.correct + step.correct,
      parts: Object.fromEntries(parts) as Record<string, number>,
      trainSeconds: sums.trainSeconds + step.seconds,
      learningRate: step.learningRate,
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

/** The line of the learning curve for the epoch under way. */
export function epochRecordOf(
  progress: TrainingProgress,
  validation: EpochRecord['validation'],
  validationSeconds: number,
): EpochRecord {
  const { epoch, sums } = progress;
  return {
    epoch,
    train: trainMeans(progress),
    validation,
    learningRate: sums.learningRate,
    seconds: sums.trainSeconds + validationSeconds,
    imagesPerSecond: sums.samples / Math.max(sums.trainSeconds, 1e-9),
  };
}

/** Progress at the start of the next epoch. */
export function afterEpoch(
  progress: TrainingProgress,
  record: EpochRecord,
  course: TrainingProgress['course'],
): TrainingProgress {
  return {
    ...progress,
    epoch: progress.epoch + 1,
    step: 0,
    sums: nothing,
    records: [...progress.records, record],
    course,
  };
}
