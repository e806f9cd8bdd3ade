/** Charts as files of their own: no variables of a style sheet, which few programs but browsers know. */
import type { Markup } from '../html.js';

/** The light colours of the page. */
const ink = { text: '#625e57', rule: '#ddd8cd', paper: '#fdfcf9' };
const runs = ['#0b63a5', '#bf4a00', '#007a5e', '#a3477f', '#6a5acd', '#6b6200'];

const style = [
  `text { font: 12px sans-serif; fill: ${ink.text}; }`,
  `.grid { stroke: ${ink.rule}; } .axis { stroke: ${ink.text}; }`,
  '.joined { fill: none; opacity: .45; } .seed { opacity: .55; } .whisker { stroke-width: 2; opacity: .6; }',
  `.marker { stroke: ${ink.paper}; stroke-width: 1.5; }`,
  ...runs.map(
    (colour, index) =>
      `.run-${String(index)} .seed, .run-${String(index)} .marker { fill: ${colour}; } ` +
      `.run-${String(index)} .joined, .run-${String(index)} .whisker { stroke: ${colour}; }`,
  ),
].join('\n');

/** A chart of the page as an SVG file, with a key of what its marks mean. */
export function standaloneSvg(chart: Markup, key: readonly string[]): string {
  const [, width = '0', height = '0'] = /viewBox="0 0 (\d+) (\d+)"/.exec(chart.text) ?? [];
  const lines = key.map(
    (name, index) =>
      `<g class="run-${String(index % runs.length)}" transform="translate(${String(10 + index * 110)} ${String(Number(height) + 12)})">` +
      `<circle class="marker" cx="0" cy="0" r="5"/><text x="9" y="4">${escaped(name)}</text></g>`,
  );
  const opening = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${String(Number(height) + 24)}"`;
  return `${chart.text
    .replace(/<svg\s/, `${opening} `)
    .replace(/viewBox="0 0 \d+ \d+"/, `viewBox="0 0 ${width} ${String(Number(height) + 24)}"`)
    .replace(/>/, `><style>${style}</style><rect width="100%" height="100%" fill="${ink.paper}"/>`)
    .replace(/<\/svg>\s*$/, `${lines.join('')}</svg>`)}\n`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
