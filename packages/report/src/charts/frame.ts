import { html, type Content, type Markup } from '../html.js';

/** A scale of d3-scale with a continuous domain. */
export interface Scale {
  (value: number): number;
  ticks(count?: number): number[];
  tickFormat(count?: number): (value: number) => string;
}

/** The plotting area of a chart, in the user units of its viewBox. */
export interface Box {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** What a frame needs around its marks. */
export interface Frame {
  readonly box: Box;
  readonly x: Scale;
  readonly y: Scale;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
  /** Writes tick values, per axis. */
  readonly xFormat: (value: number) => string;
  readonly yFormat: (value: number) => string;
  /** Unique on the page; the accessible name refers to it. */
  readonly id: string;
  /** Accessible name and description: what a reader who does not see the chart should know. */
  readonly title: string;
  readonly description: string;
}

/** An SVG chart: grid, axes with ticks and labels, and `marks` inside. */
export function frame(spec: Frame, marks: Content): Markup {
  const { box, x, y } = spec;
  const at = (value: number): string => value.toFixed(2);
  const rows = spec.yTicks.map(
    (tick) => html`
      <line class="grid" x1="${box.left}" x2="${box.width - box.right}" y1="${at(y(tick))}" y2="${at(y(tick))}" />
      <text class="tick" x="${box.left - 6}" y="${at(y(tick))}" dy="0.32em" text-anchor="end"
        >${spec.yFormat(tick)}</text
      >
    `,
  );
  const columns = spec.xTicks.map(
    (tick) => html`
      <line
        class="axis"
        x1="${at(x(tick))}"
        x2="${at(x(tick))}"
        y1="${box.height - box.bottom}"
        y2="${box.height - box.bottom + 4}"
      />
      <text class="tick" x="${at(x(tick))}" y="${box.height - box.bottom + 17}" text-anchor="middle"
        >${spec.xFormat(tick)}</text
      >
    `,
  );
  return html`<svg
    class="chart"
    viewBox="0 0 ${box.width} ${box.height}"
    role="img"
    aria-labelledby="${spec.id}-title ${spec.id}-text"
  >
    <title id="${spec.id}-title">${spec.title}</title>
    <desc id="${spec.id}-text">${spec.description}</desc>
    ${rows}${columns}
    <line
      class="axis"
      x1="${box.left}"
      x2="${box.width - box.right}"
      y1="${box.height - box.bottom}"
      y2="${box.height - box.bottom}"
    />
    <text class="label" x="${box.left}" y="${box.top - 9}">${spec.yLabel}</text>
    <text class="label" x="${box.width - box.right}" y="${box.height - 4}" text-anchor="end">${spec.xLabel}</text>
    ${marks}
  </svg>`;
}
