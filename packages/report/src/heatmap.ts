/** Heatmaps and outlines over images, composed by the browser from the grey PNGs of the run folder. */
import { interpolateInferno } from 'd3-scale-chromatic';
import { html, type Markup } from './html.js';

const stops = 33;
// Cold pixels show the image, hot ones the colour; never near opaque, so that the defect stays visible.
const opacity = [0, 0.06, 0.3, 0.5, 0.6, 0.65, 0.68, 0.7, 0.72];

/** The outline of an area of interest beside heat: white, then a shade, so that it shows on any image. */
const outlineColour = '#fff';
const outlineShade = 0.75;

/** Width of each of the two lines of an outline, in the unit of the picture's width. */
export function outlineWidth(width: number): number {
  return width / 130;
}

/** inferno sampled evenly: red, green and blue in [0, 1]. */
function colourTable(): readonly (readonly [number, number, number])[] {
  return Array.from({ length: stops }, (_, i) => {
    const colour = interpolateInferno(i / (stops - 1));
    const channel = (at: number): number => parseInt(colour.slice(at, at + 2), 16) / 255;
    return [channel(1), channel(3), channel(5)] as const;
  });
}

/** Colour over an image: red, green and blue from 0 to 255, and how much of the image it covers, in [0, 1]. */
export interface Cover {
  readonly colour: readonly [red: number, green: number, blue: number];
  readonly opacity: number;
}

/** What the page lays over a pixel of each of 256 heats, for whoever draws the same picture without a browser. */
export function heatCovers(): readonly Cover[] {
  const colours = colourTable();
  const channels = [0, 1, 2].map((channel) => colours.map((colour) => colour[channel] as number));
  return Array.from({ length: 256 }, (_, heat) => {
    const [red = 0, green = 0, blue = 0] = channels.map((values) => Math.round(255 * between(values, heat / 255)));
    return { colour: [red, green, blue], opacity: between(opacity, heat / 255) };
  });
}

/** As an SVG filter's table does: evenly spaced values, joined by straight lines. */
function between(values: readonly number[], at: number): number {
  const place = at * (values.length - 1);
  const low = Math.min(Math.floor(place), values.length - 2);
  const [before = 0, after = 0] = values.slice(low);
  return before + (place - low) * (after - before);
}

/** The two lines of an outline: the outer one, and the one that sets it off. */
export const outlineCovers: readonly [Cover, Cover] = [
  { colour: [255, 255, 255], opacity: 1 },
  { colour: [0, 0, 0], opacity: outlineShade },
];

function table(values: readonly number[]): string {
  return values.map((value) => value.toFixed(3)).join(' ');
}

// Greys keep their 8-bit values: without this the browser would convert to linear light first.
const space = 'sRGB';
const fromRed = '0 0 0 0 0  0 0 0 0 0  0 0 0 0 0  1 0 0 0 0';

/**
 * The filters that turn a grey heatmap into translucent inferno colours (`#heat`) and a mask into its outline
 * (`#outline`, white on black so that it shows on any image). Once per page.
 * @param width of the pictures in pixels; the outline is a fixed share of it
 */
export function filters(width: number): Markup {
  const colours = colourTable();
  return html`<filter id="heat" x="0" y="0" width="1" height="1" color-interpolation-filters="${space}">
      <feComponentTransfer in="SourceGraphic" result="colour">
        <feFuncR type="table" tableValues="${table(colours.map(([red]) => red))}" />
        <feFuncG type="table" tableValues="${table(colours.map(([, green]) => green))}" />
        <feFuncB type="table" tableValues="${table(colours.map(([, , blue]) => blue))}" />
      </feComponentTransfer>
      <feColorMatrix in="SourceGraphic" type="matrix" values="${fromRed}" />
      <feComponentTransfer result="opacity">
        <feFuncA type="table" tableValues="${table(opacity)}" />
      </feComponentTransfer>
      <feComposite in="colour" in2="opacity" operator="in" />
    </filter>
    ${outlineFilter({ id: 'outline', side: 'inner', colour: outlineColour, line: outlineWidth(width) })}`;
}

/**
 * A filter that turns a mask into its outline, a line of colour beside one of black, so that it shows on any image.
 * @param outline.side `inner`: within the mask, seen also where the mask fills the picture; `outer`: around it, so that
 * what is thinner than the line stays visible
 * @param outline.line width of each of the two lines, in pixels of the picture
 */
export function outlineFilter(outline: {
  readonly id: string;
  readonly side: 'inner' | 'outer';
  readonly colour: string;
  readonly line: number;
}): Markup {
  const { id, side, colour, line } = outline;
  const operator = side === 'inner' ? 'erode' : 'dilate';
  /** The larger of two masks without the smaller. */
  const ring = (near: string, far: string, result: string) =>
    side === 'inner'
      ? html`<feComposite in="${near}" in2="${far}" operator="out" result="${result}" />`
      : html`<feComposite in="${far}" in2="${near}" operator="out" result="${result}" />`;
  return html`<filter id="${id}" x="0" y="0" width="1" height="1" color-interpolation-filters="${space}">
    <feColorMatrix type="matrix" values="${fromRed}" />
    <feComponentTransfer result="inside"><feFuncA type="linear" slope="6" intercept="-2.5" /></feComponentTransfer>
    <feMorphology in="inside" operator="${operator}" radius="${line.toFixed(2)}" result="first" />
    <feMorphology in="inside" operator="${operator}" radius="${(2 * line).toFixed(2)}" result="second" />
    <feFlood flood-color="#000" flood-opacity="${outlineShade}" result="black" />
    <feFlood flood-color="${colour}" result="colour" />
    ${ring('inside', 'first', 'rim')} ${ring('first', 'second', 'shade')}
    <feComposite in="colour" in2="rim" operator="in" result="bright" />
    <feComposite in="black" in2="shade" operator="in" result="dark" />
    <feMerge><feMergeNode in="dark" /><feMergeNode in="bright" /></feMerge>
  </filter>`;
}

/** The colours of the scale as a bar, for the legend. */
export function colourBar(): Markup {
  const colours = colourTable().filter((_, i) => i % 4 === 0);
  const steps = colours.map(
    (colour, i) =>
      html`<stop
        offset="${i / (colours.length - 1)}"
        stop-color="rgb(${colour.map((c) => Math.round(255 * c)).join(' ')})"
      />`,
  );
  return html`<svg class="bar" viewBox="0 0 120 10" width="120" height="10" aria-hidden="true">
    <defs><linearGradient id="inferno">${steps}</linearGradient></defs>
    <rect width="120" height="10" rx="2" fill="url(#inferno)" />
  </svg>`;
}
