import { classNames, type Explanation } from '@foveate/contracts';
import { type SampleRecord } from '@foveate/run-record';
import { fixed, percent } from '../format.js';
import type { Gallery } from '../gallery.js';
import { colourBar } from '../heatmap.js';
import { html, type Markup } from '../html.js';
import { badge, type NamedRun } from '../identity.js';
import { isRight } from '../summary.js';
import { section } from './table.js';

/** What the pictures need besides the runs. */
export interface Pictures {
  readonly gallery: Gallery;
  readonly width: number;
  readonly height: number;
}

/** Chosen test images: the image with its area of interest, then where each run looked. Null when there are none. */
export function explanationsSection(runs: readonly NamedRun[], pictures: Pictures): Markup | null {
  const ids = [...new Set(runs.flatMap(({ run }) => run.record.explanations.map((explanation) => explanation.id)))];
  if (ids.length === 0) return null;
  return section(
    'explanations',
    'Where each run looks',
    html`<p class="legend">
        <span>Heat: ${colourBar()} none to hottest of the image</span>
        <span>white line: area of interest</span>
      </p>
      <p class="note">
        Each heatmap is scaled to its own maximum, so brightness cannot be compared between pictures; the share of heat
        inside the area of interest can. Shown is the evidence for “defective”, also on images that are good or called
        good, at the resolution of the last feature map, enlarged.
      </p>
      ${ids.map((id) => imageCase(id, runs, pictures))}`,
  );
}

/** One image with what each run says of it. */
export function imageCase(id: string, runs: readonly NamedRun[], pictures: Pictures): Markup {
  const seen = runs.map((named) => ({
    named,
    explanation: named.run.record.explanations.find((explanation) => explanation.id === id),
  }));
  const shown = seen.find(({ explanation }) => explanation !== undefined);
  if (shown?.explanation === undefined) return html``;
  const { explanation, named } = shown;
  const image = pictures.gallery.add(named.run, explanation.imagePath);
  const aoi = pictures.gallery.add(named.run, explanation.aoiPath);
  const sample = named.run.samples?.find((candidate) => candidate.id === id);
  return html`<article class="case" style="--runs: ${runs.length}; --narrow: ${Math.min(runs.length, 2)}">
    <h3>${id}</h3>
    <p class="truth"><strong>${classNames[explanation.label]}</strong>${sample && reason(sample)}</p>
    <div class="pictures">
      <figure>
        ${picture(`The image ${id} with its area of interest`, [image], aoi, pictures)}
        <figcaption>Image and area of interest</figcaption>
      </figure>
      ${seen.map((item) =>
        item.explanation === undefined
          ? html`<figure>
              <figcaption>${badge(item.named)}<br /><span class="muted">not explained in this run</span></figcaption>
            </figure>`
          : runFigure(item.named, item.explanation, image, aoi, pictures),
      )}
    </div>
  </article>`;
}

function reason(sample: SampleRecord): Markup {
  return html` <span class="muted">${sample.reason}</span>`;
}

function runFigure(named: NamedRun, explanation: Explanation, image: string, aoi: string, pictures: Pictures): Markup {
  const { threshold } = named;
  const right = isRight(explanation, threshold);
  const called = classNames[explanation.score >= threshold ? 1 : 0];
  const share = explanation.aoiShare === null ? 'no heat' : `${percent(explanation.aoiShare, 0)} of heat inside`;
  const heat = pictures.gallery.add(named.run, explanation.heatmapPath);
  return html`<figure class="${right ? 'right' : 'wrong'}">
    ${picture(`Heatmap of ${named.name} over ${explanation.id}: ${share}`, [image, heat], aoi, pictures)}
    <figcaption>
      ${badge(named)}
      <span class="call">${right ? '✓ right' : '✗ wrong'}: called ${called}</span>
      <span class="muted">score ${fixed(explanation.score, 2)}, ${share}</span>
    </figcaption>
  </figure>`;
}

/** Layers over each other: image, then heat, then the outline. */
function picture(
  text: string,
  [image = '', heat]: readonly [string, string?],
  aoi: string,
  { width, height }: Pictures,
): Markup {
  return html`<svg class="picture" viewBox="0 0 ${width} ${height}" role="img" aria-label="${text}">
    <use href="#${image}" />
    ${heat !== undefined && html`<use href="#${heat}" filter="url(#heat)" />`}
    <use href="#${aoi}" filter="url(#outline)" />
  </svg>`;
}
