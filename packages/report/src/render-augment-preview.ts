import { classNames, fail, type Label } from '@foveate/contracts';
import { count, figure } from './format.js';
import { Gallery } from './gallery.js';
import { html, type Content, type Markup } from './html.js';
import { maskLegend, maskOutlines } from './mask-outlines.js';
import { pageText } from './page-text.js';

/** An image with its masks, as PNG files of one size. */
export interface PreviewPicture {
  readonly image: Uint8Array;
  readonly aoi: Uint8Array;
  /** All defects in one mask. */
  readonly defects: Uint8Array;
  readonly label: Label;
}

/** What one operation did; `undone` is why it was taken back. */
export interface PreviewStep {
  readonly id: string;
  readonly parameters: unknown;
  readonly undone?: string;
}

/** An augmented image and how it came about. */
export interface PreviewVariant extends PreviewPicture {
  readonly steps: readonly PreviewStep[];
}

/** An image and what augmentation makes of it. */
export interface PreviewSample extends PreviewPicture {
  readonly id: string;
  /** Why it has its label. */
  readonly reason: string;
  readonly variants: readonly PreviewVariant[];
}

/** What a preview page shows. */
export interface AugmentPreview {
  readonly title: string;
  readonly seed: number;
  /** In pixels, of all pictures. */
  readonly width: number;
  readonly height: number;
  /** Ids of the operations, in order. */
  readonly operations: readonly string[];
  readonly samples: readonly PreviewSample[];
}

/**
 * One self-contained HTML page of images before and after augmentation: masks outlined, labels, and what was drawn for
 * each operation. The same input gives the same text.
 * @throws FoveateError `DATA_INSUFFICIENT` without samples
 */
export function renderAugmentPreview(preview: AugmentPreview): string {
  const { title, seed, width, height, operations, samples } = preview;
  if (samples.length === 0) throw fail({ code: 'DATA_INSUFFICIENT', what: 'A preview needs at least one image' });
  const gallery = new Gallery({ width, height });
  const cases = samples.map((sample) => sampleCase(sample, gallery, { width, height }));
  const variants = samples.reduce((sum, sample) => sum + sample.variants.length, 0);
  const line = Math.max(1, width / 150);
  return pageText({
    title: `${title} – Foveate augmentation`,
    definitions: [maskOutlines(line), gallery.definitions()],
    header: html`<header>
      <p class="kicker">Foveate augmentation</p>
      <h1>${title}</h1>
      <p class="lead">${lead(operations)}</p>
      <p class="muted">
        ${count(samples.length, 'training image')} and ${count(variants, 'variant')}, ${width} × ${height} pixels, seed
        ${seed}
      </p>
    </header>`,
    main: html`<section id="images" aria-labelledby="images-title">
      <h2 id="images-title">Before and after</h2>
      ${maskLegend()}
      <p class="note">
        Variant n is what training sees of the image in epoch n. Under each stands what was drawn for it, in order; with
        these values the same result can be made again.
      </p>
      ${cases}
    </section>`,
    footer: 'Made by Foveate from a configuration and its data.',
  });
}

function lead(operations: readonly string[]): Content {
  if (operations.length === 0) return 'The configuration has no augmentation: every variant is the image itself.';
  return operations.map((id, i) => [i === 0 ? '' : ' → ', html`<span class="operation">${id}</span>`]);
}

type Size = Pick<AugmentPreview, 'width' | 'height'>;

function sampleCase(sample: PreviewSample, gallery: Gallery, size: Size): Markup {
  const { id, reason, label, variants } = sample;
  return html`<article class="case" style="--runs: ${Math.min(4, Math.max(1, variants.length))}; --narrow: 2">
    <h3>${id}</h3>
    <p class="truth"><strong>${classNames[label]}</strong> <span class="muted">${reason}</span></p>
    <div class="pictures">
      <figure>
        ${picture(`The image ${id}`, sample, gallery, size)}
        <figcaption>As it is</figcaption>
      </figure>
      ${variants.map((variant, i) => variantFigure(variant, i + 1, sample, gallery, size))}
    </div>
    <details>
      <summary>Replay records</summary>
      <pre>
${variants.map(({ steps }, i) => [`variant ${i + 1}\n`, steps.map((step) => `${JSON.stringify(step)}\n`)])}</pre>
    </details>
  </article>`;
}

function variantFigure(
  variant: PreviewVariant,
  number: number,
  { id, label }: PreviewSample,
  gallery: Gallery,
  size: Size,
): Markup {
  const changed = variant.label !== label;
  return html`<figure>
    ${picture(`Variant ${number} of ${id}`, variant, gallery, size)}
    <figcaption>
      Variant ${number}${changed && html`: <span class="relabelled">now ${classNames[variant.label]}</span>`}
      ${
        variant.steps.length === 0
          ? html`<span class="muted">nothing was drawn</span>`
          : html`<ol class="steps">
              ${variant.steps.map(step)}
            </ol>`
      }
    </figcaption>
  </figure>`;
}

function step({ id, parameters, undone }: PreviewStep): Markup {
  const values = brief(parameters);
  return html`<li class="${undone === undefined ? 'done' : 'undone'}">
    <span class="operation">${id}</span>${values !== '' && ` ${values}`}${
      undone !== undefined && ` – taken back: ${undone}`
    }
  </li>`;
}

/** Parameters as people read them: numbers short, lists by their length where they are long, seeds left to the record. */
function brief(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : figure(value);
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return items.every((item) => typeof item === 'number') && items.length <= 4
      ? items.map(brief).join(' ')
      : `(${items.length})`;
  }
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .filter(([name]) => name !== 'seed')
    .map(([name, item]) => `${name} ${brief(item)}`)
    .join(', ');
}

function picture(text: string, shown: PreviewPicture, gallery: Gallery, { width, height }: Size): Markup {
  const layer = (png: Uint8Array) => `#${gallery.embed(png)}`;
  return html`<svg class="picture" viewBox="0 0 ${width} ${height}" role="img" aria-label="${text}">
    <use href="${layer(shown.image)}" />
    <use href="${layer(shown.aoi)}" filter="url(#outline-aoi)" />
    <use href="${layer(shown.defects)}" filter="url(#outline-defects)" />
  </svg>`;
}
