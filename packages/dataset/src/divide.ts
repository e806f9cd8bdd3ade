/** Stratified division of samples. Pure: neither the order of the samples nor anything but the seed and the ids matters. */
import { random, type Label, type LabelledSample } from '@foveate/contracts';
import { byCodeUnit } from './_order.js';
import { placeGroups } from './_place-groups.js';
import { apportion } from './apportion.js';

const labels = [0, 1] as const satisfies readonly Label[];

/**
 * Assigns samples to parts in the given proportions, stratified by label and, within a label, by defect type. Sizes per
 * label are exact by largest remainder; types are spread as evenly as those sizes allow. Samples of one group stay
 * together, which can cost some of that exactness. Prescribed splits are not looked at.
 * @param weights proportion of each part, at least 0, not all 0; at most 255 parts
 * @returns index of the part, for each sample
 */
export function divide(samples: readonly LabelledSample[], weights: readonly number[], seed: number): Uint8Array {
  const { groups, singles } = gather(samples, drawnOrder(samples, seed));
  const strata = strataOf(samples);
  const whole = weights.reduce((a, b) => a + b, 0);
  const sizes = labels.map((label) => apportion(count(samples, label), weights));
  const result = new Uint8Array(samples.length);

  // Rows of the table of counts: the labels, then the strata.
  const held = placeGroups(groups, result, {
    rowsOf: (index) => [samples[index]?.label ?? 0, labels.length + (strata.of[index] ?? 0)],
    targets: [...sizes, ...strata.sizes.map((size) => weights.map((weight) => (size * weight) / whole))],
    // Where there are enough of them, single samples see to it that no part goes without a label.
    wanted: labels.map((label) => singles.filter((index) => samples[index]?.label === label).length < weights.length),
  });

  const byStratum = strata.sizes.map((): number[] => []);
  for (const index of singles) byStratum[strata.of[index] ?? 0]?.push(index);
  for (const label of labels) {
    const mine = byStratum.flatMap((list) => list.filter((index) => samples[index]?.label === label));
    const left = weights.map((_, part) => Math.max(0, (sizes[label]?.[part] ?? 0) - (held[label]?.[part] ?? 0)));
    const parts = spread(apportion(mine.length, left));
    for (const [position, index] of mine.entries()) result[index] = parts[position] ?? 0;
  }
  return result;
}

function count(samples: readonly LabelledSample[], label: Label): number {
  return samples.reduce((sum, sample) => sum + Number(sample.label === label), 0);
}

/** Positions of the samples in an order that the seed decides. */
function drawnOrder(samples: readonly LabelledSample[], seed: number): Uint32Array {
  const keys = Uint32Array.from(samples, ({ id }) => random(seed, 'split', id).uint32());
  const id = (index: number): string => samples[index]?.id ?? '';
  return Uint32Array.from(keys.keys()).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || byCodeUnit(id(a), id(b)));
}

/** Samples of the same label and defect types, in order of the types' names. */
function strataOf(samples: readonly LabelledSample[]) {
  const found: { readonly types: string; readonly label: Label; readonly number: number; members: number }[] = [];
  const known = labels.map(() => new Map<string, (typeof found)[number]>());
  const numbers = Uint32Array.from(samples, ({ label, defectTypes }) => {
    const types = defectTypes.length < 2 ? (defectTypes[0] ?? '') : [...defectTypes].sort(byCodeUnit).join(' ');
    let stratum = known[label]?.get(types);
    if (stratum === undefined) {
      stratum = { types, label, number: found.length, members: 0 };
      found.push(stratum);
      known[label]?.set(types, stratum);
    }
    stratum.members++;
    return stratum.number;
  });
  const sorted = found.toSorted((a, b) => byCodeUnit(a.types, b.types) || a.label - b.label);
  const ranks = new Uint32Array(found.length);
  for (const [rank, { number }] of sorted.entries()) ranks[number] = rank;
  return { of: numbers.map((number) => ranks[number] ?? 0), sizes: sorted.map(({ members }) => members) };
}

/** Groups of two and more, largest first, and the other samples; otherwise in the order given. */
function gather(samples: readonly LabelledSample[], order: Uint32Array) {
  const known = new Map<string, number>();
  const sizes: number[] = [];
  // Number of the group of each sample, from 1; 0 for none.
  const groupOf = new Uint32Array(samples.length);
  for (const index of order) {
    const group = samples[index]?.group;
    if (group === undefined) continue;
    const number = known.get(group) ?? sizes.length + 1;
    if (number > sizes.length) known.set(group, sizes.push(0));
    sizes[number - 1] = (sizes[number - 1] ?? 0) + 1;
    groupOf[index] = number;
  }
  const sizeOf = (index: number): number => sizes[(groupOf[index] ?? 0) - 1] ?? 1;
  const members = sizes.map((size) => (size > 1 ? new Array<number>(size) : []));
  const filled = new Uint32Array(sizes.length);
  for (const index of order) {
    if (sizeOf(index) === 1) continue;
    const at = (groupOf[index] ?? 0) - 1;
    const place = filled[at] ?? 0;
    const list = members[at];
    if (list !== undefined) list[place] = index;
    filled[at] = place + 1;
  }
  return {
    groups: members.filter(({ length }) => length > 1).sort((a, b) => b.length - a.length),
    singles: order.filter((index) => sizeOf(index) === 1),
  };
}

/** A sequence in which each index occurs as often as asked and at any point about as often as its share. */
function spread(sizes: readonly number[]): Uint8Array {
  const total = sizes.reduce((a, b) => a + b, 0);
  const used = sizes.map(() => 0);
  return Uint8Array.from({ length: total }, (_, position) => {
    let next = 0;
    let furthest = -Infinity;
    for (const [index, size] of sizes.entries()) {
      const behind = (used[index] ?? 0) < size ? (size * (position + 1)) / total - (used[index] ?? 0) : -Infinity;
      if (behind > furthest) [next, furthest] = [index, behind];
    }
    used[next] = (used[next] ?? 0) + 1;
    return next;
  });
}
