import { count, grouped } from '../format.js';
import { html, type Content, type Markup } from '../html.js';
import { maskLegend, maskOutlines } from '../mask-outlines.js';
import { pageText } from '../page-text.js';
import { section, table } from '../sections/table.js';
import { dataFacts } from './facts.js';
import type { Inspection, Picture } from './inspection.js';

/**
 * One self-contained HTML page on a data set: what it holds, how it was labelled and divided, what was left out and why,
 * and pictures of each kind with outlines of defects and areas of interest. The same input gives the same text.
 * @param pictures of each kind
 * @param copies groups of images that look the same
 */
export function renderContactSheet(
  inspection: Inspection,
  pictures: readonly Picture[],
  copies: readonly (readonly Picture[])[],
): string {
  return pageText({
    title: `${inspection.name} – Foveate data set`,
    definitions: maskOutlines(1.5),
    header: header(inspection),
    main: [classes(inspection), examples(pictures), duplicates(inspection, copies), problems(inspection)],
    footer: 'Made by Foveate from the data as the configuration reads it.',
  });
}

function header(inspection: Inspection): Markup {
  const { name, usable, leftOut } = inspection;
  return html`<header>
    <p class="kicker">Foveate data set</p>
    <h1>${name}</h1>
    <p class="lead">${count(usable, 'image')} to learn and measure with, ${grouped(leftOut)} left out.</p>
    <dl class="facts">
      ${dataFacts(inspection).map(
        ([term, text]) =>
          html`<div>
            <dt>${term}</dt>
            <dd>${text}</dd>
          </div>`,
      )}
    </dl>
  </header>`;
}

function classes({ classes: rows, undivided }: Inspection): Markup {
  const cells = (row: (typeof rows)[number]): readonly string[] => [
    ...[row.good, row.defective, row.leftOut].map(grouped),
    ...(row.splits === undefined ? [] : [row.splits.train, row.splits.validation, row.splits.test].map(grouped)),
  ];
  const splits = undivided === undefined ? ['train', 'validation', 'test'] : [];
  return section(
    'classes',
    'Types and labels',
    html`${undivided !== undefined && html`<p class="notice">The samples cannot be divided: ${undivided}</p>`}
    ${table({
      caption: 'Images by the defects they show, by the label they got, and by split',
      corner: 'shows',
      columns: ['good', 'defective', 'left out', ...splits],
      rows: rows.map((row) => ({ head: row.types, cells: cells(row) })),
      figures: true,
    })}`,
  );
}

function problems({ problems: list }: Inspection): Markup | null {
  if (list.length === 0) return null;
  return section(
    'problems',
    'Left out',
    list.map(({ reason, count: times, examples: shown }) =>
      folded(
        // What is soon read is not hidden.
        times <= shown.length,
        html`<strong>${reason}</strong> <span class="muted">${count(times, 'file')}</span>`,
        [
          shown.map(({ path, message }) => html`<li><code>${path}</code> <span class="muted">${message}</span></li>`),
          times > shown.length && html`<li class="muted">and ${grouped(times - shown.length)} more</li>`,
        ],
      ),
    ),
  );
}

/** A list under a line that opens it. */
function folded(open: boolean, summary: Markup, items: Content): Markup {
  const content = html`<summary>${summary}</summary>
    <ul class="paths">
      ${items}
    </ul>`;
  return open ? html`<details open="open">${content}</details>` : html`<details>${content}</details>`;
}

function duplicates({ duplicates: list }: Inspection, copies: readonly (readonly Picture[])[]): Markup | null {
  if (list.length === 0) return null;
  const kinds = [
    ['with different labels', list.filter(({ labelsDiffer }) => labelsDiffer)],
    ['too many to be copies, left as they are', list.filter(({ treated, labelsDiffer }) => !treated && !labelsDiffer)],
    ['the same pixels', list.filter((one) => one.treated && !one.labelsDiffer && one.similarity === 1)],
    ['nearly the same', list.filter((one) => one.treated && !one.labelsDiffer && one.similarity < 1)],
  ] as const;
  return section(
    'duplicates',
    'Duplicates',
    html`<p class="note">Groups of images that are the same or look the same.</p>
      ${copies.map((pictures) => html`<div class="sheet copies">${pictures.map((picture) => card(picture, true))}</div>`)}
      ${kinds.map(([what, clusters]) => clusters.length > 0 && clusterList(what, clusters))}`,
  );
}

const clustersShown = 20;
const idsShown = 6;

function clusterList(what: string, clusters: Inspection['duplicates']): Markup {
  const item = ({ ids, similarity }: Inspection['duplicates'][number]): Markup =>
    html`<li>
      <code>${ids.slice(0, idsShown).join(', ')}</code>${ids.length > idsShown && ` and ${ids.length - idsShown} more`}
      ${similarity < 1 && html`<span class="muted">similarity ${similarity.toFixed(2)}</span>`}
    </li>`;
  const more = clusters.length - clustersShown;
  return folded(false, html`<strong>${what}</strong> <span class="muted">${count(clusters.length, 'group')}</span>`, [
    clusters.slice(0, clustersShown).map(item),
    more > 0 && html`<li class="muted">and ${grouped(more)} more</li>`,
  ]);
}

function examples(pictures: readonly Picture[]): Markup | null {
  if (pictures.length === 0) return null;
  const groups = new Map<string, Picture[]>();
  for (const picture of pictures) {
    const key = `${picture.types} ${picture.outcome}`;
    groups.set(key, [...(groups.get(key) ?? []), picture]);
  }
  return section('examples', 'Examples', html`${maskLegend()} ${[...groups.values()].map(group)}`);
}

/** Pictures of the same types and outcome. */
function group(pictures: readonly Picture[]): Markup {
  const { types = '', outcome = 'good' } = pictures[0] ?? {};
  const chip = html`<span class="outcome ${outcome.replace(' ', '-')}">${outcome}</span>`;
  return html`<h3 class="group">${types} ${types !== outcome && chip}</h3>
    <div class="sheet">${pictures.map((picture) => card(picture))}</div>`;
}

/** @param withKind whether what it shows and counts as is to be said, which a heading does elsewhere */
function card(picture: Picture, withKind = false): Markup {
  const { id, width, height, split, types, outcome } = picture;
  const kind = types === outcome ? types : `${types}, ${outcome}`;
  return html`<figure>
    <svg
      class="picture"
      viewBox="0 0 ${width} ${height}"
      preserveAspectRatio="xMinYMin"
      role="img"
      aria-label="${describe(picture)}"
    >
      <image width="${width}" height="${height}" href="data:image/jpeg;base64,${base64(picture.image)}" />
      ${layer(picture.aoi, 'outline-aoi', picture)}${layer(picture.defects, 'outline-defects', picture)}
    </svg>
    <figcaption>
      <code>${id}</code>
      ${withKind && html`<strong>${kind}</strong>`}
      <span class="muted">${split !== undefined && `${split}, `}${picture.reason}</span>
    </figcaption>
  </figure>`;
}

function layer(mask: Uint8Array | undefined, filter: string, { width, height }: Picture): Markup | undefined {
  if (mask === undefined) return undefined;
  return html`<image
    width="${width}"
    height="${height}"
    href="data:image/png;base64,${base64(mask)}"
    filter="url(#${filter})"
  />`;
}

function describe({ id, types, outcome }: Picture): string {
  return `${id}, which shows ${types === 'good' ? 'no defect' : types}: ${outcome}`;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
