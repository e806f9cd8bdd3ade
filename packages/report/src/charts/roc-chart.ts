import type { RocPoint } from '@foveate/statistics';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { fixed } from '../format.js';
import { html, type Markup } from '../html.js';
import { colourClass, dashPattern, marker, type NamedRun } from '../identity.js';
import type { TestSummary } from '../summary.js';
import { frame, type Box } from './frame.js';

const box: Box = { width: 360, height: 360, left: 46, right: 14, top: 28, bottom: 40 };
const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** A run that has been measured. */
export interface MeasuredRun {
  readonly named: NamedRun;
  readonly summary: TestSummary;
}

/** ROC curves over each other; each run's marker sits where its threshold puts it. */
export function rocChart(runs: readonly MeasuredRun[]): Markup {
  const x = scaleLinear([0, 1], [box.left, box.width - box.right]);
  const y = scaleLinear([0, 1], [box.height - box.bottom, box.top]);
  const path = line<RocPoint>()
    .x((point) => Math.round(x(point.falsePositiveRate) * 100) / 100)
    .y((point) => Math.round(y(point.truePositiveRate) * 100) / 100);
  const curves = runs.map(
    ({ named, summary }) =>
      html`<path
        class="curve ${colourClass(named)}"
        stroke-dasharray="${dashPattern(named)}"
        d="${path([...summary.roc]) ?? ''}"
      />`,
  );
  // Markers last, so that no curve hides them.
  const markers = runs.map(({ named, summary: { confusion } }) =>
    marker(named, x(confusion.fp / (confusion.fp + confusion.tn)), y(confusion.tp / (confusion.tp + confusion.fn))),
  );
  const areas = runs.map(({ named, summary }) => `${named.name} ${fixed(summary.auroc?.auroc ?? NaN, 3)}`);
  return frame(
    {
      box,
      x,
      y,
      id: 'roc',
      title: 'ROC curves on the test set',
      description: `Share of defective images found against share of good images called defective. Area under the curve: ${areas.join(', ')}.`,
      xLabel: 'false alarms among good images',
      yLabel: 'defective images found',
      xTicks: ticks,
      yTicks: ticks,
      xFormat: String,
      yFormat: String,
    },
    html`<line class="chance" x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}" />
      <text class="tick" x="${x(0.71)}" y="${y(0.64)}">chance</text>${curves}${markers}`,
  );
}
