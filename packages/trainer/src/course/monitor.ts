/** What of the validation is watched, and for how long it has not improved. */
import { fail, type EpochRecord } from '@foveate/contracts';
import { z } from 'zod';

/** Figures of the validation that can be watched. */
export const monitors = z
  .enum(['loss', 'accuracy', 'auroc'])
  .describe(
    'Figure of the validation split that decides which epoch is best, when to stop and when a plateau is reached.',
  );

/** A figure of the validation. */
export type Monitor = z.output<typeof monitors>;

/**
 * The figure as a number of which less is better.
 * @throws FoveateError `DATA_INSUFFICIENT` for the AUROC of a split with one class only
 */
export function monitored(monitor: Monitor, validation: EpochRecord['validation']): number {
  if (monitor === 'loss') return validation.loss;
  if (monitor === 'accuracy') return -validation.accuracy;
  const { auroc } = validation;
  if (typeof auroc === 'number') return -auroc;
  throw fail({
    code: 'DATA_INSUFFICIENT',
    where: 'training.monitor',
    what: 'The AUROC is not defined on a validation split with one class only',
    advice: "Give the validation split samples of both classes, or monitor 'loss'",
  });
}

/** What a patient observer remembers. */
export const patienceState = z.strictObject({
  /** Least value that counted as progress; null before the first. */
  least: z.number().nullable(),
  /** Epochs since. */
  waited: z.int().min(0),
});

/** What a patient observer remembers. */
export type PatienceState = Readonly<z.output<typeof patienceState>>;

/** Before the first value. */
export const unseen: PatienceState = { least: null, waited: 0 };

/** After one more value, of which less is better; it counts as progress when it is lower by more than `minDelta`. */
export function observed({ least, waited }: PatienceState, value: number, minDelta: number): PatienceState {
  return least === null || value < least - minDelta ? { least: value, waited: 0 } : { least, waited: waited + 1 };
}
