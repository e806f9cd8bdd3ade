/** What of the validation is watched, and for how long it has not improved. */
import { fail, measuresOf, nearestNames } from '@foveate/contracts';
import type { EpochRecord, Metric, MetricValue, Prediction } from '@foveate/contracts';
import { z } from 'zod';
import { outsideFigures } from '../disturbed.js';

const everyEpoch = ['loss', 'accuracy', 'auroc'];

/** Of which less is better, unless it is said otherwise. */
const lowestBest = ['loss', 'outsideFlips'];

/** Figures of the validation that can be watched. */
export const monitors = z
  .union([
    z.string().min(1),
    z.strictObject({
      key: z
        .string()
        .min(1)
        .describe('loss, accuracy, auroc, or the key of a metric, such as aoiShare or groups.good.'),
      best: z.enum(['highest', 'lowest']).describe('Which values are better.'),
    }),
  ])
  .describe(
    'Figure of the validation split that decides which epoch is best, when to stop and when a plateau is reached: loss, accuracy, auroc or the key of a metric; of other keys than loss and outsideFlips the highest is best, unless { key, best } says otherwise.',
  );

/** A figure of the validation. */
export type Monitor = z.output<typeof monitors>;

/** The key of a monitor. */
export function monitoredKey(monitor: Monitor): string {
  return typeof monitor === 'string' ? monitor : monitor.key;
}

/** Whether a monitor is a metric's figure, which has to be measured every epoch then. */
export function isMetric(monitor: Monitor | undefined): boolean {
  return monitor !== undefined && !everyEpoch.includes(monitoredKey(monitor));
}

/** Whether less of a monitor's figure is better. */
export function isLowestBest(monitor: Monitor): boolean {
  return typeof monitor === 'string' ? lowestBest.includes(monitor) : monitor.best === 'lowest';
}

/**
 * The figure as a number of which less is better. A metric that is not defined in an epoch (no heat anywhere, say) counts as
 * worst.
 * @throws FoveateError `DATA_INSUFFICIENT` for the AUROC of a split with one class only; `CONFIG_INVALID` for a key that no
 *   metric gives
 */
export function monitored(monitor: Monitor, validation: EpochRecord['validation']): number {
  const key = monitoredKey(monitor);
  const lowest = isLowestBest(monitor);
  const value = figure(key, validation);
  if (value === null) return Number.MAX_VALUE;
  return lowest ? value : -value;
}

/**
 * Finds out, before anything is trained, whether the metrics give the monitored figure.
 * @param samples of the validation split
 * @param isDisturbed whether they are also predicted with what lies outside disturbed
 * @throws FoveateError `CONFIG_INVALID` for a key that no metric gives
 */
export function checkMonitor(
  monitor: Monitor | undefined,
  metrics: readonly Metric[],
  samples: readonly Pick<Prediction, 'id' | 'label' | 'attributes' | 'defectTypes'>[],
  isDisturbed = false,
): void {
  if (monitor === undefined || !isMetric(monitor)) return;
  // Which figures there are depends on labels and groups, not on what was predicted.
  const predictions = samples.map((sample) => ({ ...sample, score: sample.label, loss: 0, aoiShare: 1 }));
  const outside = isDisturbed ? outsideFigures(predictions, predictions, 0.5) : {};
  monitored(monitor, { loss: 0, accuracy: 1, auroc: 1, metrics: { ...measuresOf(metrics, predictions), ...outside } });
}

function figure(key: string, { loss, accuracy, auroc, metrics = {} }: EpochRecord['validation']): number | null {
  if (key === 'loss') return loss;
  if (key === 'accuracy') return accuracy;
  if (key === 'auroc') {
    if (typeof auroc === 'number') return auroc;
    throw fail({
      code: 'DATA_INSUFFICIENT',
      where: 'training.monitor',
      what: 'The AUROC is not defined on a validation split with one class only',
      advice: "Give the validation split samples of both classes, or monitor 'loss'",
    });
  }
  const figures = new Map(Object.entries(metrics).flatMap(([name, value]) => flat(name, value)));
  const found = figures.get(key);
  if (found !== undefined) return found;
  const known = [...new Set([...everyEpoch, ...figures.keys()])];
  const [nearest] = nearestNames(key, known);
  throw fail({
    code: 'CONFIG_INVALID',
    where: 'training.monitor',
    what: `No metric gives '${key}' on the validation split`,
    advice: nearest === undefined ? `Known: ${known.join(', ')}` : `Did you mean '${nearest}'?`,
  });
}

function flat(name: string, value: MetricValue): [string, number | null][] {
  if (typeof value !== 'object' || value === null) return [[name, value]];
  return Object.entries(value).map(([part, inner]) => [`${name}.${part}`, inner]);
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
