/** How good the heatmaps of a run are: measured, and compared with those of random weights. */
import type { Interval } from '@foveate/statistics';
import { html, type Markup } from './html.js';
import { table } from './sections/table.js';

/** A mean over images. */
export interface AttributionFigure {
  readonly mean: number;
  /** Over other images, 95%. */
  readonly interval?: Interval;
}

/** How good the heatmaps of one explainer are, over defective images; null where no image has the figure. */
export interface AttributionRow {
  /** Id of the explainer. */
  readonly explainer: string;
  readonly images: number;
  /** Images without heat, which have no figures. */
  readonly cold: number;
  /** Share of the heat inside the area of interest. */
  readonly insideArea: AttributionFigure | null;
  /** Share of images whose hottest pixel lies in the area. */
  readonly pointsAtArea: AttributionFigure | null;
  /** Share of images whose hottest pixel lies in a defect. */
  readonly pointsAtDefect: AttributionFigure | null;
  /** Intersection over union with as many of the hottest pixels. */
  readonly overlapArea: AttributionFigure | null;
  readonly overlapDefect: AttributionFigure | null;
  /** Area under the score while the hottest pixels are removed: low is good. */
  readonly deletion: AttributionFigure | null;
  /** Area under the score while they are put back: high is good. */
  readonly insertion: AttributionFigure | null;
  /** Score without the coldest pixels less that without the hottest: high is good. */
  readonly road: AttributionFigure | null;
}

/** Headings of {@link attributionCells}. */
export const attributionColumns = [
  'images',
  'heat in area',
  'points at area',
  'points at defect',
  'IoU area',
  'IoU defect',
  'deletion ↓',
  'insertion ↑',
  'ROAD ↑',
] as const;

/** The figures of a row as text, with their intervals. */
export function attributionCells(row: AttributionRow): readonly string[] {
  const share = (of: AttributionFigure | null) => {
    if (of === null) return '–';
    const interval = of.interval && ` (${of.interval.low.toFixed(2)} to ${of.interval.high.toFixed(2)})`;
    return `${of.mean.toFixed(2)}${interval ?? ''}`;
  };
  const { images, cold, insideArea, pointsAtArea, pointsAtDefect, overlapArea, overlapDefect } = row;
  return [
    cold > 0 ? `${String(images)}, ${String(cold)} cold` : String(images),
    ...[
      insideArea,
      pointsAtArea,
      pointsAtDefect,
      overlapArea,
      overlapDefect,
      row.deletion,
      row.insertion,
      row.road,
    ].map(share),
  ];
}

/** What becomes of the heatmaps of an explainer when weights are random. */
export interface RandomisationRow {
  /** Id of the explainer. */
  readonly explainer: string;
  readonly images: number;
  /** From the top of the network to its bottom: each part becomes random besides those before it. */
  readonly steps: readonly {
    /** Name of the part. */
    readonly randomised: string;
    /** Mean rank correlation with the heatmaps of the trained weights, in [-1, 1]; null where there is no heat. */
    readonly correlation: number | null;
  }[];
}

/** Parts that became random, a row each, with the correlation of each explainer. */
export function randomisationCells(rows: readonly RandomisationRow[]): readonly (readonly string[])[] {
  return (rows[0]?.steps ?? []).map(({ randomised }, index) => [
    index === 0 ? randomised : `and ${randomised}`,
    ...rows.map(({ steps }) => steps[index]?.correlation?.toFixed(2) ?? '–'),
  ]);
}

/** The section on measured heatmaps; empty without any. */
export function attributionSection(rows: readonly AttributionRow[]): Markup | string {
  if (rows.length === 0) return '';
  return html`<section id="attribution" aria-labelledby="attribution-title">
    <h2 id="attribution-title">How good the heatmaps are</h2>
    <p class="note">
      Means over defective images, with 95% intervals over other images. The score falls fast when what a good heatmap
      points at is removed (deletion), rises fast when it is put back (insertion), and stays when the coldest pixels are
      removed in place of the hottest (ROAD).
    </p>
    ${table({
      caption: 'Heatmaps by explainer',
      corner: 'Explainer',
      columns: attributionColumns,
      rows: rows.map((row) => ({ head: row.explainer, cells: attributionCells(row) })),
    })}
  </section>`;
}

/** The section on heatmaps of random weights; empty without any. */
export function randomisationSection(rows: readonly RandomisationRow[]): Markup | string {
  if (rows.length === 0) return '';
  return html`<section id="randomisation" aria-labelledby="randomisation-title">
    <h2 id="randomisation-title">Whether heatmaps depend on what was learned</h2>
    <p class="note">
      Rank correlation of heatmaps with those of the trained network, while more and more of it becomes random, from the
      head downwards. What stays near 1 explains nothing that was learned (Adebayo et al. 2018).
    </p>
    ${table({
      caption: 'Mean rank correlation, by explainer',
      corner: 'Random',
      columns: rows.map(({ explainer }) => explainer),
      rows: randomisationCells(rows).map(([head, ...cells]) => ({ head, cells })),
    })}
  </section>`;
}
