/** What single runs of an experiment did: images, heat from above and as a surface, right and wrong. */
import { usualDecision } from '@foveate/contracts';
import { decodeImage } from '@foveate/image';
import { filteredGrid, flatGrid, gridOf, surface, type Grid } from '../charts/surface.js';
import type { Gallery } from '../gallery.js';
import { html, type Markup } from '../html.js';
import { badge, type NamedRun } from '../identity.js';
import type { ReportRun } from '../report-run.js';
import { imageCase } from '../sections/explanations.js';
import { section } from '../sections/table.js';
import { matrix } from '../sections/verdicts.js';
import { summarise } from '../summary.js';

/** The runs of one seed on the same data with the same model, by arm; arms that are missing are left out. */
export interface ExampleRuns {
  /** Data and model. */
  readonly title: string;
  readonly seed: number;
  readonly arms: readonly { readonly name: string; readonly index: number; readonly run: ReportRun }[];
}

/** Images shown of each, and those of them whose heat is drawn as a surface. */
const [mostImages, mostSurfaces] = [4, 2];

/** Values to a side of what is drawn as a surface. */
const gridSide = 20;

/** A section for each of the examples; none where nothing was explained and measured. */
export async function exampleSections(
  examples: readonly ExampleRuns[],
  gallery: Gallery,
  size: { readonly width: number; readonly height: number },
): Promise<readonly Markup[]> {
  const sections: Markup[] = [];
  for (const [index, { title, seed, arms }] of examples.entries()) {
    const named = arms.map(({ name, index: at, run }): NamedRun => ({
      name,
      index: at,
      run,
      threshold: (run.record.decision ?? usualDecision).threshold,
    }));
    const ids = [...new Set(named.flatMap(({ run }) => run.record.explanations.map(({ id }) => id)))];
    const measured = named.flatMap((one) => {
      const summary = summarise(one.run, one.threshold);
      return summary === null ? [] : [{ named: one, summary }];
    });
    if (measured.length === 0) continue;
    const pictures = { gallery, ...size };
    const cases: Markup[] = [];
    for (const [at, id] of ids.slice(0, mostImages).entries()) {
      cases.push(imageCase(id, named, pictures));
      if (at < mostSurfaces) cases.push(await surfaces(id, named));
    }
    sections.push(
      section(`example-${String(index)}`, `Single runs: ${title}, seed ${String(seed)}`, [
        ids.length > 0 &&
          html`<p class="note">
            Each heatmap is scaled to its own maximum. As surfaces: the area of interest as CEOD filters it, and the
            heat of each arm.
          </p>`,
        cases,
        html`<div class="verdicts">${measured.map(matrix)}</div>`,
      ]),
    );
  }
  return sections;
}

/** Area and heat of an image, from above and as surfaces. */
async function surfaces(id: string, runs: readonly NamedRun[]): Promise<Markup> {
  const found = runs.flatMap((named) => {
    const explanation = named.run.record.explanations.find((one) => one.id === id);
    return explanation === undefined ? [] : [{ named, explanation }];
  });
  const [first] = found;
  if (first === undefined) return html``;
  const grid = async (run: ReportRun, path: string) =>
    gridOf(await decodeImage(run.images(path), { name: path }), gridSide);
  const area = filteredGrid(await grid(first.named.run, first.explanation.aoiPath));
  const figures = [figure('area of interest, filtered', 'Area of interest, filtered', area)];
  for (const { named, explanation } of found) {
    figures.push(figure(`heat of ${named.name}`, badge(named), await grid(named.run, explanation.heatmapPath)));
  }
  return html`<div class="pictures surfaces" style="--runs: ${runs.length}; --narrow: ${Math.min(runs.length, 2)}">
    ${figures}
  </div>`;
}

function figure(text: string, caption: Markup | string, grid: Grid): Markup {
  return html`<figure>
    ${flatGrid(grid, `${text}, from above`)} ${surface(grid, `${text}, as a surface`)}
    <figcaption>${caption}</figcaption>
  </figure>`;
}
