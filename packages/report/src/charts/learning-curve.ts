import type { EpochRecord } from '@foveate/contracts';
import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import { figure, percent } from '../format.js';
import { html, type Markup } from '../html.js';
import { colourClass, marker, type NamedRun } from '../identity.js';
import { frame, type Box, type Scale } from './frame.js';

/** What a learning curve shows. */
export interface Measure {
  /** Part of ids in the page. */
  readonly id: string;
  /** As it is called in titles and on the axis. */
  readonly name: string;
  /** True for shares, drawn from 0 to 100%. */
  readonly isShare: boolean;
  /** Of an epoch; undefined where it was not measured. */
  readonly train: (epoch: EpochRecord) => number | undefined;
  readonly validation: (epoch: EpochRecord) => number | undefined;
}

const both = (key: 'loss' | 'accuracy'): Measure => ({
  id: key,
  name: key,
  isShare: key === 'accuracy',
  train: ({ train }) => train[key],
  validation: ({ validation }) => validation[key],
});

/** Loss and accuracy, which every run has. */
export const [lossMeasure, accuracyMeasure] = [both('loss'), both('accuracy')] as const;

/** The share of heat inside the area of interest, which is measured on the validation split alone. */
export const heatMeasure: Measure = {
  id: 'heat',
  name: 'heat in the area of interest',
  isShare: true,
  train: () => undefined,
  validation: ({ validation: { metrics = {} } }) => {
    const { aoiShare } = metrics;
    return typeof aoiShare === 'number' ? aoiShare : undefined;
  },
};

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
    run.record.epochs.flatMap((epoch) =>
      [measure.train(epoch), measure.validation(epoch)].filter((value) => value !== undefined),
    ),
  );
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (!measure.isShare && low > 0 && high / low > 30) {
    const y = scaleLog([low, high], inner.y).nice();
    const decades = y.ticks().filter((tick) => Number.isInteger(Math.round(Math.log10(tick) * 1e9) / 1e9));
    return { y, ticks: decades, logarithmic: true };
  }
  // Accuracy is drawn from 0 to 100% unless all of it lies in the upper half.
  const bottom = measure.isShare && low >= 0.5 ? 0.5 : Math.min(0, low);
  const y = scaleLinear([bottom, measure.isShare ? 1 : high || 1], inner.y).nice(5);
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
  const write = measure.isShare ? (value: number) => percent(value, 0) : figure;
  const points = (part: 'train' | 'validation'): readonly Point[] =>
    epochs.flatMap((epoch) => {
      const value = measure[part](epoch);
      return value === undefined ? [] : [{ epoch: epoch.epoch, value }];
    });
  const path = (list: readonly Point[]): string =>
    line<Point>()
      .x(({ epoch }) => round(x(epoch)))
      .y(({ value }) => round(y(value)))([...list]) ?? '';
  const [train, validation] = [points('train'), points('validation')];
  const best = validation.find(({ epoch }) => epoch === bestEpoch);
  const dots = (part: string, list: readonly Point[]): readonly Markup[] =>
    epochs.length > dottedEpochs
      ? []
      : list.map(
          ({ epoch, value }) =>
            html`<circle class="dot ${part}" cx="${round(x(epoch))}" cy="${round(y(value))}" r="2">
              <title>Epoch ${epoch}, ${part}: ${write(value)}</title>
            </circle>`,
        );
  const marks = html`<g class="${colourClass(named)}">
    ${best && html`<line class="best" x1="${round(x(best.epoch))}" x2="${round(x(best.epoch))}" y1="${box.top}" y2="${box.height - box.bottom}" />`}
    ${train.length > 0 && html`<path class="curve train" d="${path(train)}" />`}${dots('train', train)}
    <path class="curve validation" d="${path(validation)}" />${dots('validation', validation)}
    ${best && marker(named, x(best.epoch), y(best.value))}
  </g>`;
  const wholeTicks = x.ticks(6).filter((tick) => Number.isInteger(tick) && tick <= last);
  return frame(
    {
      box,
      x,
      y,
      id: `curve-${measure.id}-${named.index}`,
      title: `${named.name}: ${measure.name} by epoch`,
      description: describe(measure.name, { train, validation, best }, write),
      xLabel: 'epoch',
      yLabel: scale.logarithmic ? `${measure.name} (logarithmic)` : measure.name,
      xTicks: wholeTicks.includes(1) ? wholeTicks : [1, ...wholeTicks.filter((tick) => tick > 1 + last / 25)],
      yTicks: scale.ticks,
      xFormat: String,
      yFormat: measure.isShare ? write : (value) => String(Number(value.toPrecision(3))),
    },
    marks,
  );
}

interface Point {
  readonly epoch: number;
  readonly value: number;
}

interface Curves {
  readonly train: readonly Point[];
  readonly validation: readonly Point[];
  readonly best: Point | undefined;
}

function describe(name: string, { train, validation, best }: Curves, write: (value: number) => string): string {
  const [first, last] = [validation[0], validation.at(-1)];
  if (first === undefined || last === undefined) return '';
  const [trainFirst, trainLast] = [train[0], train.at(-1)];
  const training =
    trainFirst === undefined || trainLast === undefined
      ? ''
      : `, training ${name} from ${write(trainFirst.value)} to ${write(trainLast.value)}`;
  return (
    `Validation ${name} goes from ${write(first.value)} in epoch ${first.epoch} to ` +
    `${write(last.value)} in epoch ${last.epoch}${training}.` +
    (best === undefined ? '' : ` Best epoch ${best.epoch}, validation ${name} ${write(best.value)}.`)
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
