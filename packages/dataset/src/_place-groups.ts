/**
 * Places groups of samples in parts so that counts come near their targets: greedily, the largest group first, each
 * where it lowers the error most; then groups are moved one by one as long as that lowers it further.
 */

/** What a placement aims at. A row is something that is counted, such as a label. */
export interface Aim {
  /** The rows a sample counts in. */
  readonly rowsOf: (sample: number) => readonly number[];
  /** Count wanted, by row and part; a part wanted nowhere gets no group. */
  readonly targets: readonly (readonly number[])[];
  /** True for rows of which every part should get something: this goes before all errors. */
  readonly wanted: readonly boolean[];
}

// The error falls with every move; a sweep that moves little gains little.
const sweeps = 10;

/**
 * @param groups samples by group, largest group first
 * @param parts receives the part of each sample in a group
 * @returns counts by row and part
 */
export function placeGroups(groups: readonly (readonly number[])[], parts: Uint8Array, aim: Aim): number[][] {
  const held = aim.targets.map((row) => row.map(() => 0));
  const tallies = groups.map((group) => tally(group, aim));
  const open = [...(aim.targets[0] ?? []).keys()].filter((part) => aim.targets.some((row) => (row[part] ?? 0) > 0));

  /** Change of the error when `sign` = 1 adds the group to the part, or -1 takes it away. */
  const change = (counts: Tally, part: number, sign: 1 | -1): number => {
    let sum = 0;
    for (const [row, count] of counts) {
      const target = aim.targets[row]?.[part] ?? 0;
      const now = held[row]?.[part] ?? 0;
      // (now +- count - target)^2 - (now - target)^2, relative to the target as in a chi-square.
      sum += (count * (count + sign * 2 * (now - target))) / Math.max(1, target);
      if (aim.wanted[row] === true && target > 0 && now === (sign === 1 ? 0 : count)) sum -= sign * emptiness;
    }
    return sum;
  };
  const put = (counts: Tally, part: number, sign: 1 | -1): void => {
    for (const [row, count] of counts) {
      const line = held[row];
      if (line !== undefined) line[part] = (line[part] ?? 0) + sign * count;
    }
  };

  const places = new Uint8Array(groups.length);
  for (let sweep = 0; sweep <= sweeps; sweep++) {
    let moved = false;
    for (const [group, counts] of tallies.entries()) {
      const current = sweep === 0 ? undefined : (places[group] ?? 0);
      if (current !== undefined) put(counts, current, -1);
      // Where it is comes first: equals do not change places.
      let best = current ?? open[0] ?? 0;
      let least = change(counts, best, 1);
      for (const part of open) {
        const error = change(counts, part, 1);
        if (error < least - 1e-9) [best, least] = [part, error];
      }
      put(counts, best, 1);
      moved ||= best !== current;
      places[group] = best;
    }
    if (!moved) break;
  }
  for (const [group, members] of groups.entries()) for (const sample of members) parts[sample] = places[group] ?? 0;
  return held;
}

// More than any error of counts below 2^24 can be.
const emptiness = 2 ** 48;

/** Counts by row. */
type Tally = readonly (readonly [row: number, count: number])[];

function tally(group: readonly number[], { rowsOf }: Aim): Tally {
  const counts = new Map<number, number>();
  for (const sample of group) for (const row of rowsOf(sample)) counts.set(row, (counts.get(row) ?? 0) + 1);
  return [...counts];
}
