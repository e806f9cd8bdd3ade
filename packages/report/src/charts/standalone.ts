/** Charts as files of their own: no variables of a style sheet, which few programs but browsers know. */
import type { Markup } from '../html.js';
import { marker } from '../identity.js';

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

/** About the width of a character, and of a line of the key. */
const [characterWidth, lineHeight] = [7, 18];

/** A chart of the page as an SVG file, with a key of what its marks mean. */
export function standaloneSvg(chart: Markup, key: readonly string[]): string {
  const [, width = '0', height = '0'] = /viewBox="0 0 (\d+) (\d+)"/.exec(chart.text) ?? [];
  let [x, line] = [0, 0];
  const lines = key.map((name, index) => {
    const wide = 28 + characterWidth * name.length;
    if (x > 0 && x + wide > Number(width)) [x, line] = [0, line + 1];
    const [left, top] = [x + 12, Number(height) + 12 + line * lineHeight];
    x += wide;
    return `<g class="run-${String(index % runs.length)}">${marker({ index }, left, top).text}<text x="${String(left + 9)}" y="${String(top + 4)}">${escaped(name)}</text></g>`;
  });
  const whole = String(Number(height) + 6 + (line + 1) * lineHeight);
  const opening = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${whole}"`;
  return `${chart.text
    .replace(/<svg\s/, `${opening} `)
    .replace(/viewBox="0 0 \d+ \d+"/, `viewBox="0 0 ${width} ${whole}"`)
    .replace(/>/, `><style>${style}</style><rect width="100%" height="100%" fill="${ink.paper}"/>`)
    .replace(/<\/svg>\s*$/, `${lines.join('')}</svg>`)}\n`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
