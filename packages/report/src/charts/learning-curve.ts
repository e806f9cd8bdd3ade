import type { EpochRecord } from '@foveate/contracts';
import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import { figure, percent } from '../format.js';
import { html, type Markup } from '../html.js';
import { colourClass, marker, type NamedRun } from '../identity.js';
import { frame, type Box, type Scale } from './frame.js';

/** What a learning curve shows. */
export type Measure = 'loss' | 'accuracy';

const box: Box = { width: 360, height: 220, left: 46, right: 14, top: 28, bottom: 36 };
const inner = { x: [box.left, box.width - box.right], y: [box.height - box.bottom, box.top] };
// Up to here single epochs are marked, so that short trainings are seen as the few points they are.
const dottedEpochs = 30;

/** The y scale shared by the curves of all runs, so that panels can be compared. */
export interface ValueScale {
  readonly y: Scale;
  readonly ticks: readonly number[];
  readonly logarithmic: boolean;
}

/** A value scale for the curves of `runs`; the loss gets a logarithmic one when it spans more than 30 to 1. */
export function valueScale(runs: readonly NamedRun[], measure: Measure): ValueScale {
  const values = runs.flatMap(({ run }) =>
    run.record.epochs.flatMap((epoch) => [epoch.train[measure], epoch.validation[measure]]),
  );
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (measure === 'loss' && low > 0 && high / low > 30) {
    const y = scaleLog([low, high], inner.y).nice();
    const decades = y.ticks().filter((tick) => Number.isInteger(Math.round(Math.log10(tick) * 1e9) / 1e9));
    return { y, ticks: decades, logarithmic: true };
  }
  // Accuracy is drawn from 0 to 100% unless all of it lies in the upper half.
  const bottom = measure === 'accuracy' && low >= 0.5 ? 0.5 : Math.min(0, low);
  const y = scaleLinear([bottom, measure === 'accuracy' ? 1 : high || 1], inner.y).nice(5);
  return { y, ticks: y.ticks(5), logarithmic: false };
}

/**
 * One run's training (dashed) and validation (solid) curve with the best epoch marked.
 * @param run has at least one epoch
 */
export function learningCurve(named: NamedRun, measure: Measure, scale: ValueScale): Markup {
  const { epochs, bestEpoch } = named.run.record;
  const last = epochs.at(-1)?.epoch ?? 1;
  const x = scaleLinear([1, Math.max(2, last)], inner.x);
  const { y } = scale;
  const write = measure === 'accuracy' ? (value: number) => percent(value, 0) : figure;
  const path = (value: (epoch: EpochRecord) => number): string =>
    line<EpochRecord>()
      .x((epoch) => round(x(epoch.epoch)))
      .y((epoch) => round(y(value(epoch))))(epochs) ?? '';
  const best = epochs.find((epoch) => epoch.epoch === bestEpoch);
  const dots = (part: 'train' | 'validation'): readonly Markup[] =>
    epochs.length > dottedEpochs
      ? []
      : epochs.map(
          (epoch) =>
            html`<circle class="dot ${part}" cx="${round(x(epoch.epoch))}" cy="${round(y(epoch[part][measure]))}" r="2">
              <title>Epoch ${epoch.epoch}, ${part}: ${write(epoch[part][measure])}</title>
            </circle>`,
        );
  const marks = html`<g class="${colourClass(named)}">
    ${best && html`<line class="best" x1="${round(x(best.epoch))}" x2="${round(x(best.epoch))}" y1="${box.top}" y2="${box.height - box.bottom}" />`}
    <path class="curve train" d="${path((epoch) => epoch.train[measure])}" />${dots('train')}
    <path class="curve validation" d="${path((epoch) => epoch.validation[measure])}" />${dots('validation')}
    ${best && marker(named, x(best.epoch), y(best.validation[measure]))}
  </g>`;
  const wholeTicks = x.ticks(6).filter((tick) => Number.isInteger(tick) && tick <= last);
  return frame(
    {
      box,
      x,
      y,
      id: `curve-${measure}-${named.index}`,
      title: `${named.name}: ${measure} by epoch`,
      description: describe(epochs, measure, write, bestEpoch),
      xLabel: 'epoch',
      yLabel: scale.logarithmic ? `${measure} (logarithmic)` : measure,
      xTicks: wholeTicks.includes(1) ? wholeTicks : [1, ...wholeTicks.filter((tick) => tick > 1 + last / 25)],
      yTicks: scale.ticks,
      xFormat: String,
      yFormat: measure === 'accuracy' ? write : (value) => String(Number(value.toPrecision(3))),
    },
    marks,
  );
}

function describe(
  epochs: readonly EpochRecord[],
  measure: Measure,
  write: (value: number) => string,
  bestEpoch: number | null,
): string {
  const [first, last] = [epochs[0], epochs.at(-1)];
  if (first === undefined || last === undefined) return '';
  const best = epochs.find((epoch) => epoch.epoch === bestEpoch);
  return (
    `Validation ${measure} goes from ${write(first.validation[measure])} in epoch ${first.epoch} to ` +
    `${write(last.validation[measure])} in epoch ${last.epoch}, training ${measure} from ${write(first.train[measure])} to ` +
    `${write(last.train[measure])}.` +
    (best === undefined ? '' : ` Best epoch ${best.epoch}, validation ${measure} ${write(best.validation[measure])}.`)
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
