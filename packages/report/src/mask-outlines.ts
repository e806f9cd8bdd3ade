/** Areas of interest and defects as outlines over images, on every page in the same two colours. */
import { outlineFilter } from './heatmap.js';
import { html, type Content, type Markup } from './html.js';

const colours = { aoi: '#21c7e8', defects: '#ff4fa3' } as const;

/**
 * The filters `#outline-aoi` and `#outline-defects`. Once per page.
 * @param line width of the lines, in units of the pictures
 */
export function maskOutlines(line: number): Content {
  return [
    outlineFilter({ id: 'outline-aoi', side: 'inner', colour: colours.aoi, line }),
    // From outside: a thin defect stays to be seen.
    outlineFilter({ id: 'outline-defects', side: 'outer', colour: colours.defects, line }),
  ];
}

/** Says which colour is which. */
export function maskLegend(): Markup {
  return html`<p class="legend">
    <span>${swatch(colours.aoi)}area of interest</span>
    <span>${swatch(colours.defects)}defects</span>
  </p>`;
}

function swatch(colour: string): Markup {
  return html`<svg class="bar" viewBox="0 0 22 12" width="22" height="12" aria-hidden="true">
    <rect x="1" y="1" width="20" height="10" rx="2" fill="none" stroke="#000" stroke-width="2" />
    <rect x="2" y="2" width="18" height="8" rx="1" fill="none" stroke="${colour}" stroke-width="2" />
  </svg>`;
}
