import { count, grouped, percent } from '../format.js';
import type { Inspection, Tally } from './inspection.js';

/** What there is to say of a data set in a line each, as pairs of a term and a text. */
export function dataFacts({
  source,
  sizes,
  modes,
  depth,
  coverage,
  areas = [],
}: Inspection): readonly (readonly [string, string])[] {
  return [
    ['Source', source],
    ...(sizes.length === 0 ? [] : [['Size', sizesText(sizes)] as const]),
    ...(modes.length === 0 ? [] : [['Pixels', listed(modes)] as const]),
    ...(depth === undefined ? [] : [['Values', depthText(depth)] as const]),
    ...(coverage === undefined ? [] : [['AOI', coverageText(coverage)] as const]),
    ...(areas.length === 0 ? [] : [['AOI from', listed(areas)] as const]),
  ];
}

const valuesListed = 4;

/** The most frequent values with their counts. */
function listed(tallies: readonly Tally[]): string {
  const shown = tallies.slice(0, valuesListed).map(({ value, count: times }) => `${value} (${grouped(times)})`);
  return [...shown, ...(tallies.length > valuesListed ? [`${tallies.length - valuesListed} more`] : [])].join(', ');
}

function sizesText(sizes: readonly Tally[]): string {
  if (sizes.length <= valuesListed) return listed(sizes);
  const area = (size: string): number => size.split('x').reduce((product, side) => product * Number(side), 1);
  const values = sizes.map(({ value }) => value).sort((a, b) => area(a) - area(b));
  return `${grouped(sizes.length)} different, ${values[0] ?? ''} to ${values.at(-1) ?? ''}`;
}

function depthText({ images, highest, range: [black, white] }: NonNullable<Inspection['depth']>): string {
  return `${count(images, 'image')} of 16 bits: up to ${grouped(highest)}; ${grouped(black)} becomes black, ${grouped(white)} white`;
}

function coverageText({ examined, least, median, most }: NonNullable<Inspection['coverage']>): string {
  const spread = least === most ? percent(median) : `${percent(least)} to ${percent(most)}, median ${percent(median)}`;
  return `${spread} of the image (${count(examined, 'image')} looked at)`;
}
