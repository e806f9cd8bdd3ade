/** What is decided between epochs: whether the epoch was the best, whether to drop the learning rate, whether to stop. */
import type { EarlyStop, EpochRecord } from '@foveate/contracts';
import { z } from 'zod';
import { monitored, monitoredKey, observed, patienceState, unseen, type Monitor } from './monitor.js';
import type { Schedule } from './schedule.js';

/** Options of early stopping. */
export const earlyStoppingOptions = z
  .strictObject({
    patience: z.int().min(1).default(10).describe('Epochs in a row without progress before the training ends.'),
    minDelta: z.number().min(0).default(0).describe('What the monitored figure has to gain to count as progress.'),
  })
  .describe('End the training when the monitored figure has stopped improving; left out, all epochs are trained.');

/** What has been seen and decided between epochs, as a checkpoint keeps it. */
export const courseState = z.strictObject({
  /** Best epoch so far and its monitored figure, of which less is better; of equal ones the earliest. */
  best: z.strictObject({ epoch: z.int().min(1), value: z.number() }).nullable(),
  stopping: patienceState,
  plateau: patienceState,
  /** Product of the drops of a plateau schedule. */
  dropped: z.number().positive(),
  stopped: z.strictObject({ epoch: z.int().min(1), reason: z.string() }).nullable(),
});

/** What has been seen and decided between epochs. */
export type CourseState = Readonly<z.output<typeof courseState>>;

/** What of the training's settings it depends on. */
export interface CourseSettings {
  readonly monitor?: Monitor | undefined;
  readonly earlyStopping?: z.output<typeof earlyStoppingOptions> | undefined;
  readonly schedule?: Schedule | undefined;
}

/** Before the first epoch. */
export const courseStart: CourseState = { best: null, stopping: unseen, plateau: unseen, dropped: 1, stopped: null };

/**
 * The course after an epoch.
 * @throws FoveateError as `monitored`
 */
export function afterValidation(course: CourseState, record: EpochRecord, settings: CourseSettings): CourseState {
  const { monitor = 'loss', earlyStopping, schedule } = settings;
  const value = monitored(monitor, record.validation);
  const best = course.best === null || value < course.best.value ? { epoch: record.epoch, value } : course.best;
  const stopping = earlyStopping ? observed(course.stopping, value, earlyStopping.minDelta) : course.stopping;
  return {
    best,
    stopping,
    ...plateauAfter(course, value, schedule),
    stopped:
      earlyStopping !== undefined && stopping.waited >= earlyStopping.patience
        ? stopOf(record.epoch, monitoredKey(monitor), stopping.waited)
        : null,
  };
}

/** A warning where the monitored figure was not defined in any epoch, so that the first one counts as best. */
export function neverDefined({ best }: CourseState, { monitor = 'loss' }: CourseSettings): string | undefined {
  if (best?.value !== Number.MAX_VALUE) return undefined;
  return `The monitored figure '${monitoredKey(monitor)}' was not defined in any epoch, so that epoch ${String(best.epoch)} counts as the best. Monitor another one.`;
}

function plateauAfter(
  { plateau, dropped }: CourseState,
  value: number,
  schedule: CourseSettings['schedule'],
): Pick<CourseState, 'plateau' | 'dropped'> {
  if (schedule?.kind !== 'plateau') return { plateau, dropped };
  const next = observed(plateau, value, schedule.minDelta);
  if (next.waited < schedule.patience) return { plateau: next, dropped };
  // As long again before the next drop.
  return { plateau: { ...next, waited: 0 }, dropped: Math.max(dropped * schedule.factor, schedule.minimum) };
}

function stopOf(epoch: number, monitor: string, waited: number): EarlyStop {
  return { epoch, reason: `validation ${monitor} has not improved for ${waited} ${waited === 1 ? 'epoch' : 'epochs'}` };
}
