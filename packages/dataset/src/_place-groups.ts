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

// More than any error of counts below 2^24 can be.
const emptiness = 2 ** 48;

/**
 * @param groups samples by group, largest group first
 * @param parts receives the part of each sample in a group
 * @returns counts by row and part
 */
export function placeGroups(groups: readonly (readonly number[])[], parts: Uint8Array, aim: Aim): number[][] {
  const { targets, wanted } = aim;
  const held = targets.map((row) => row.map(() => 0));
  const { starts, rows, counts } = tally(groups, aim);
  const open = [...(targets[0] ?? []).keys()].filter((part) => targets.some((row) => (row[part] ?? 0) > 0));

  /** Change of the error when the group comes to the part. */
  const errorOf = (group: number, part: number): number => {
    let sum = 0;
    for (let at = starts[group] ?? 0; at < (starts[group + 1] ?? 0); at++) {
      const row = rows[at] ?? 0;
      const count = counts[at] ?? 0;
      const target = targets[row]?.[part] ?? 0;
      const now = held[row]?.[part] ?? 0;
      // (now + count - target)^2 - (now - target)^2, relative to the target as in a chi-square.
      sum += (count * (count + 2 * (now - target))) / Math.max(1, target);
      if (wanted[row] === true && target > 0 && now === 0) sum -= emptiness;
    }
    return sum;
  };
  const put = (group: number, part: number, sign: 1 | -1): void => {
    for (let at = starts[group] ?? 0; at < (starts[group + 1] ?? 0); at++) {
      const line = held[rows[at] ?? 0];
      if (line !== undefined) line[part] = (line[part] ?? 0) + sign * (counts[at] ?? 0);
    }
  };

  const places = new Uint8Array(groups.length);
  for (let sweep = 0; sweep <= sweeps; sweep++) {
    let moved = false;
    for (let group = 0; group < groups.length; group++) {
      const current = sweep === 0 ? undefined : (places[group] ?? 0);
      if (current !== undefined) put(group, current, -1);
      // Where it is comes first: equals do not change places.
      let best = current ?? open[0] ?? 0;
      let least = errorOf(group, best);
      for (const part of open) {
        const error = errorOf(group, part);
        if (error < least - 1e-9) [best, least] = [part, error];
      }
      put(group, best, 1);
      moved ||= best !== current;
      places[group] = best;
    }
    if (!moved) break;
  }
  for (const [group, members] of groups.entries()) for (const sample of members) parts[sample] = places[group] ?? 0;
  return held;
}

/** Counts by group and row, those of group g from `starts[g]` to `starts[g + 1]`: half a million groups are not objects. */
function tally(groups: readonly (readonly number[])[], { rowsOf, targets }: Aim) {
  const starts = new Uint32Array(groups.length + 1);
  const rows: number[] = [];
  const counts: number[] = [];
  const placeOf = new Int32Array(targets.length).fill(-1);
  for (const [group, members] of groups.entries()) {
    const start = rows.length;
    for (const sample of members) {
      for (const row of rowsOf(sample)) {
        const place = placeOf[row] ?? -1;
        if (place >= start) counts[place] = (counts[place] ?? 0) + 1;
        else {
          placeOf[row] = rows.push(row) - 1;
          counts.push(1);
        }
      }
    }
    starts[group + 1] = rows.length;
  }
  return { starts, rows, counts };
}
