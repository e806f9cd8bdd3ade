import { classNames, fail, type Label, type SplitName } from '@foveate/contracts';
import type { Interval } from '@foveate/statistics';
import { count, grouped, percent } from './format.js';
import { Gallery } from './gallery.js';
import { html, type Markup } from './html.js';
import { maskLegend, maskOutlines } from './mask-outlines.js';
import { pageText } from './page-text.js';
import { table } from './sections/table.js';

/** How often one disturbance changed the verdict on images of one class. */
export interface AuditRow {
  /** Id of the augmentation. */
  readonly id: string;
  readonly side: 'outside' | 'inside';
  readonly label: Label;
  /** Images that it could be done to. */
  readonly images: number;
  /** Images whose verdict it changed. */
  readonly flips: number;
  /** Of flips / images, 95%. */
  readonly interval: Interval;
  /** Mean absolute difference of the score, in [0, 1]. */
  readonly moved: number;
}

/** An image with its masks, as PNG files of one size. */
export interface AuditPicture {
  readonly image: Uint8Array;
  readonly aoi: Uint8Array;
  /** All defects in one mask. */
  readonly defects: Uint8Array;
}

/** An image before and after a disturbance outside the area of interest. */
export interface AuditCase {
  readonly sample: string;
  readonly label: Label;
  /** Id of the augmentation. */
  readonly disturbance: string;
  /** Scores, in [0, 1]. */
  readonly before: number;
  readonly after: number;
  readonly image: AuditPicture;
  readonly disturbed: AuditPicture;
}

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

/** What an audit found. */
export interface Audit {
  /** Of the run. */
  readonly name: string;
  readonly split: SplitName;
  /** Score from which an image is called defective. */
  readonly threshold: number;
  readonly images: number;
  /** Of pictures, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly rows: readonly AuditRow[];
  /** The largest changes of the score by what is outside, flips first. */
  readonly cases: readonly AuditCase[];
  /** How good heatmaps are, an explainer a row; absent where that was not asked for. */
  readonly attribution?: readonly AttributionRow[];
}

/**
 * One self-contained HTML page: how often the verdict changes when what is outside, or inside, the area of interest is changed,
 * and the worst cases with pictures. The same input gives the same text.
 * @throws FoveateError `DATA_INSUFFICIENT` when nothing could be disturbed
 */
export function renderAudit(audit: Audit): string {
  const { name, split, threshold, images, width, height, rows, cases } = audit;
  if (rows.length === 0) throw fail({ code: 'DATA_INSUFFICIENT', what: 'Nothing could be disturbed', where: name });
  const gallery = new Gallery({ width, height });
  const shown = cases.map((one) => caseOf(one, audit, gallery));
  return pageText({
    title: `${name} – Foveate audit`,
    definitions: [maskOutlines(Math.max(1, width / 150)), gallery.definitions()],
    header: html`<header>
      <p class="kicker">Foveate audit</p>
      <h1>${name}</h1>
      <p class="lead">${verdict(rows)}</p>
      <p class="muted">${count(images, `${split} image`)}, defective from a score of ${threshold}</p>
    </header>`,
    main: html`<section id="disturbances" aria-labelledby="disturbances-title">
        <h2 id="disturbances-title">What changes the verdict</h2>
        <p class="note">
          Each image is changed on one side of its area of interest alone, and classified again. What is outside must
          not count; what is inside should.
        </p>
        ${sideTable(rows, 'outside')} ${sideTable(rows, 'inside')}
      </section>
      ${attributionSection(audit.attribution ?? [])}
      <section id="cases" aria-labelledby="cases-title">
        <h2 id="cases-title">Moved most by what is outside</h2>
        ${shown.length > 0 && maskLegend()} ${shown}
      </section>`,
    footer: 'Made by Foveate from a run and its data.',
  });
}

/** The share over all disturbances outside, in a sentence. */
function verdict(rows: readonly AuditRow[]): string {
  const outside = rows.filter(({ side }) => side === 'outside');
  const done = outside.reduce((sum, { images }) => sum + images, 0);
  const flips = outside.reduce((sum, row) => sum + row.flips, 0);
  if (done === 0) return 'Nothing outside the area of interest could be changed.';
  return `Changing what is outside the area of interest changed the verdict in ${grouped(flips)} of ${grouped(done)} cases (${percent(flips / done)}).`;
}

function sideTable(rows: readonly AuditRow[], side: AuditRow['side']): Markup | string {
  const of = rows.filter((row) => row.side === side);
  if (of.length === 0) return '';
  return table({
    caption:
      side === 'outside' ? 'Outside the area of interest: the verdict has to stay' : 'Inside the area of interest',
    corner: 'What was done',
    columns: ['To', 'Images', 'Verdict changed', '95% interval', 'Mean change of score'],
    rows: of.map(({ id, label, images, flips, interval, moved }) => ({
      head: id,
      cells: [
        `${classNames[label]} ones`,
        grouped(images),
        `${grouped(flips)} (${percent(flips / images)})`,
        `${percent(interval.low)} to ${percent(interval.high)}`,
        moved.toFixed(3),
      ],
    })),
  });
}

function attributionSection(rows: readonly AttributionRow[]): Markup | string {
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

function caseOf(one: AuditCase, { threshold, width, height }: Audit, gallery: Gallery): Markup {
  const { sample, label, disturbance, before, after } = one;
  const flipped = before >= threshold !== after >= threshold;
  return html`<article class="case" style="--runs: 1; --narrow: 2">
    <h3>${sample}</h3>
    <p class="truth"><strong>${classNames[label]}</strong> <span class="muted">${disturbance}</span></p>
    <div class="pictures">
      <figure>
        ${picture(`The image ${sample}`, one.image, gallery, { width, height })}
        <figcaption>As it is: ${before.toFixed(3)}, ${said(before, threshold)}</figcaption>
      </figure>
      <figure>
        ${picture(`The image ${sample} after ${disturbance}`, one.disturbed, gallery, { width, height })}
        <figcaption>
          ${after.toFixed(3)},
          ${flipped ? html`<span class="relabelled">${said(after, threshold)}</span>` : said(after, threshold)}
        </figcaption>
      </figure>
    </div>
  </article>`;
}

function said(score: number, threshold: number): string {
  return `called ${classNames[score >= threshold ? 1 : 0]}`;
}

function picture(
  text: string,
  shown: AuditPicture,
  gallery: Gallery,
  { width, height }: Pick<Audit, 'width' | 'height'>,
): Markup {
  const layer = (png: Uint8Array) => `#${gallery.embed(png)}`;
  return html`<svg class="picture" viewBox="0 0 ${width} ${height}" role="img" aria-label="${text}">
    <use href="${layer(shown.image)}" />
    <use href="${layer(shown.aoi)}" filter="url(#outline-aoi)" />
    <use href="${layer(shown.defects)}" filter="url(#outline-defects)" />
  </svg>`;
}
