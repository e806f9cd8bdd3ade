import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { ArmResult, ExperimentCell, ExperimentMeasure } from '../experiment/result.js';
import { written } from '../experiment/tables.js';
import { percent } from '../format.js';
import { html, type Markup } from '../html.js';
import { colourClass, marker } from '../identity.js';
import { frame, type Box, type Scale } from './frame.js';

const box: Box = { width: 360, height: 250, left: 46, right: 14, top: 28, bottom: 40 };
const inner = { x: [box.left, box.width - box.right], y: [box.height - box.bottom, box.top] };

/** Distance between arms side by side, and the most that all of them may take of a place. */
const [step, most] = [16, 0.75];

/** The scale that panels of one measure share, so that they can be compared. */
export function dotScale(cells: readonly ExperimentCell[], { isBounded }: ExperimentMeasure): Scale {
  const values = cells.flatMap(({ arms }) =>
    arms.flatMap(({ values, estimate }) => [...values, estimate?.interval?.low, estimate?.interval?.high]),
  );
  const numbers = values.filter((value) => typeof value === 'number');
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  return scaleLinear([isBounded ? Math.max(0, low) : low, isBounded ? Math.min(1, high) : high], inner.y).nice(5);
}

/**
 * Every run as a dot, and the mean of each arm with its interval; what was run on is side by side, and where it is a series, such as
 * `shortcut/50` and `shortcut/150`, a line joins the means of an arm.
 * @param cells with one model, in order
 */
export function dotPlot(
  id: string,
  title: string,
  cells: readonly ExperimentCell[],
  measure: ExperimentMeasure,
  y: Scale,
): Markup {
  const wide = (inner.x[1] as number) - (inner.x[0] as number);
  const place = wide / cells.length;
  const x = scaleLinear([-0.5, cells.length - 0.5], inner.x);
  const arms = cells[0]?.arms ?? [];
  const isSeries = cells.every(({ data }) => data.includes('/'));
  const apart = Math.min(step, (most * place) / Math.max(1, arms.length - 1));
  const at = (cell: number, arm: number) => x(cell) + (arm - (arms.length - 1) / 2) * apart;
  const clipped = (value: number) => Math.min(inner.y[0] as number, Math.max(inner.y[1] as number, y(value)));
  const marks = arms.map(({ arm }, index) => {
    const results = cells.map((cell, position) => ({
      result: cell.arms[index] as ArmResult,
      centre: at(position, index),
    }));
    const means = results.filter(({ result }) => result.estimate !== null);
    const joined = line<(typeof means)[number]>()
      .x(({ centre }) => round(centre))
      .y(({ result }) => round(y(result.estimate?.mean ?? 0)))(means);
    return html`<g class="${colourClass({ index })}">
      ${means.length > 1 && isSeries && html`<path class="joined" d="${joined ?? ''}" />`}
      ${results.map(({ result, centre }) => ofArm(result, index, centre, { y: clipped, measure, arm }))}
    </g>`;
  });
  return frame(
    {
      box,
      x,
      y,
      id,
      title: title === '' ? measure.title : `${measure.title}: ${title}`,
      description: cells.map((cell) => sentence(cell, measure)).join(' '),
      xLabel: '',
      yLabel: measure.title,
      xTicks: cells.map((_, index) => index),
      yTicks: y.ticks(5),
      xFormat: (index) => shortName(cells[index]?.data ?? ''),
      yFormat: measure.isShare ? (value) => percent(value, 0) : (value) => String(Number(value.toPrecision(3))),
    },
    marks,
  );
}

function ofArm(
  { values, estimate }: ArmResult,
  index: number,
  centre: number,
  {
    y,
    measure,
    arm,
  }: { readonly y: (value: number) => number; readonly measure: ExperimentMeasure; readonly arm: string },
): Markup | null {
  if (estimate === null) return null;
  const { interval, mean } = estimate;
  const dots = values.map(
    (value) => value !== null && html`<circle class="seed" cx="${round(centre)}" cy="${round(y(value))}" r="2" />`,
  );
  return html`${interval !== null && html`<line class="whisker" x1="${round(centre)}" x2="${round(centre)}" y1="${round(y(interval.low))}" y2="${round(y(interval.high))}" />`}${dots}
    <g><title>${arm}: ${written(mean, measure)}</title>${marker({ index }, centre, y(mean))}</g>`;
}

function sentence({ data, arms }: ExperimentCell, measure: ExperimentMeasure): string {
  const said = arms.flatMap(({ arm, estimate }) =>
    estimate === null ? [] : [`${arm} ${written(estimate.mean, measure)}`],
  );
  return `${data}: ${said.join(', ')}.`;
}

/** What stands behind the slash: the part before it heads the panel. */
function shortName(data: string): string {
  return data.slice(data.indexOf('/') + 1);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
