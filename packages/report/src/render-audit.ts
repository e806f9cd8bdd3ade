import { classNames, fail, type Label, type SplitName } from '@foveate/contracts';
import type { Interval } from '@foveate/statistics';
import {
  attributionSection,
  randomisationSection,
  type AttributionRow,
  type RandomisationRow,
} from './audit-heatmaps.js';
import { count, figure, grouped, percent } from './format.js';
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
  /** What changed none of the images: there was no room, nothing to paste, or it is less than a pixel at their size. */
  readonly untouched: readonly Pick<AuditRow, 'id' | 'side'>[];
  /** The largest changes of the score by what is outside, flips first. */
  readonly cases: readonly AuditCase[];
  /** How good heatmaps are, an explainer a row; absent where that was not asked for. */
  readonly attribution?: readonly AttributionRow[];
  /** Heatmaps of random weights, an explainer a row; absent where that was not asked for. */
  readonly randomisation?: readonly RandomisationRow[];
}

/**
 * One self-contained HTML page: how often the verdict changes when what is outside, or inside, the area of interest is changed,
 * and the worst cases with pictures. The same input gives the same text.
 * @throws FoveateError `DATA_INSUFFICIENT` when nothing could be disturbed
 */
export function renderAudit(audit: Audit): string {
  const { name, split, threshold, images, width, height, rows, untouched, cases } = audit;
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
      <p class="muted">${count(images, `${split} image`)}, defective from a score of ${figure(threshold)}</p>
    </header>`,
    main: html`<section id="disturbances" aria-labelledby="disturbances-title">
        <h2 id="disturbances-title">What changes the verdict</h2>
        <p class="note">
          Each image is changed on one side of its area of interest alone, and classified again. What is outside must
          not count; what is inside should. A network that always says the same changes nothing either: see its test.
        </p>
        ${sideTable(rows, 'outside')} ${sideTable(rows, 'inside')}
        ${untouched.length > 0 && html`<p class="note">${untouchedText(untouched)}</p>`}
      </section>
      ${attributionSection(audit.attribution ?? [])} ${randomisationSection(audit.randomisation ?? [])}
      <section id="cases" aria-labelledby="cases-title">
        <h2 id="cases-title">Moved most by what is outside</h2>
        ${shown.length > 0 && maskLegend()} ${shown}
      </section>`,
    footer: 'Made by Foveate from a run and its data.',
  });
}

/** What an audit could not do, in a sentence. */
export function untouchedText(untouched: Audit['untouched']): string {
  const names = untouched.map(({ id, side }) => `${id} ${side}`).join(', ');
  return `Not tested, since none of the images changed by it: ${names}. There was no room, nothing to paste, or it is less than a pixel at this size.`;
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
