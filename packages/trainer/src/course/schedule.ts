/** Learning-rate schedules as factors of the optimizer's learning rate. */
import { z } from 'zod';

const warmup = z
  .number()
  .min(0)
  .default(0)
  .describe('Epochs, also a fraction, over which the learning rate first rises linearly to its value.');
const minimum = z.number().min(0).max(1).default(0).describe('Lowest share of the learning rate.');

/** Options of learning-rate schedules. */
export const scheduleOptions = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('constant'), warmup }),
    z.strictObject({
      kind: z.literal('step'),
      after: z
        .union([z.int().min(1), z.array(z.int().min(1)).min(1)])
        .default(10)
        .describe('Drop after every so many epochs, or after each epoch of a list.'),
      factor: z.number().positive().max(1).default(0.1).describe('Factor of each drop.'),
      warmup,
    }),
    z.strictObject({
      kind: z.literal('exponential'),
      factor: z.number().positive().max(1).default(0.95).describe('Factor after every epoch.'),
      warmup,
    }),
    z.strictObject({ kind: z.literal('cosine'), minimum, warmup }),
    z.strictObject({
      kind: z.literal('plateau'),
      patience: z.int().min(1).default(3).describe('Epochs in a row without progress before a drop.'),
      minDelta: z.number().min(0).default(0).describe('What the monitored figure has to gain to count as progress.'),
      factor: z.number().positive().lt(1).default(0.1).describe('Factor of each drop.'),
      minimum,
      warmup,
    }),
  ])
  .describe('How the learning rate changes over the training; left out, it stays as the optimizer has it.');

/** A learning-rate schedule. */
export type Schedule = z.output<typeof scheduleOptions>;

/** A moment of a training, at the start of an update. */
export interface Moment {
  /** Counts from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Updates of the epoch done before this one. */
  readonly update: number;
  /** Updates of an epoch. */
  readonly updates: number;
}

/**
 * The factor of the learning rate for an update, in (0, 1]: `step` and `exponential` change between epochs, `cosine`
 * (Loshchilov and Hutter 2017, without restarts, from the end of the warm-up to that of the training) with every update.
 * @param dropped product of the drops of `plateau` so far
 */
export function rateFactor(schedule: Schedule, moment: Moment, dropped: number): number {
  const time = moment.epoch - 1 + moment.update / moment.updates;
  const risen = schedule.warmup === 0 ? 1 : Math.min(1, (time + 1 / moment.updates) / schedule.warmup);
  return risen * courseFactor(schedule, moment, time) * dropped;
}

function courseFactor(schedule: Schedule, { epoch, epochs }: Moment, time: number): number {
  switch (schedule.kind) {
    case 'constant':
    case 'plateau':
      return 1;
    case 'step': {
      const { after, factor } = schedule;
      const done = epoch - 1;
      const drops = typeof after === 'number' ? Math.floor(done / after) : after.filter((mark) => done >= mark).length;
      return factor ** drops;
    }
    case 'exponential':
      return schedule.factor ** (epoch - 1);
    case 'cosine': {
      const { minimum: low, warmup: start } = schedule;
      const share = Math.min(1, Math.max(0, (time - start) / Math.max(epochs - start, 1e-9)));
      return low + ((1 - low) * (1 + Math.cos(Math.PI * share))) / 2;
    }
  }
}
