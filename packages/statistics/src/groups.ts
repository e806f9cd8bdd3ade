/** Accuracy by group, and the group that is worst off (Sagawa et al., ICLR 2020: worst-group accuracy). */

/** How often the images of one group were judged rightly. */
export interface GroupAccuracy {
  readonly group: string;
  readonly n: number;
  readonly correct: number;
  /** correct / n, in [0, 1]. */
  readonly accuracy: number;
}

/**
 * Counts each group.
 * @returns one entry for each group that occurs, sorted by name
 */
export function groupAccuracies(
  items: readonly { readonly group: string; readonly correct: boolean }[],
): readonly GroupAccuracy[] {
  const counts = new Map<string, { n: number; correct: number }>();
  for (const { group, correct } of items) {
    const count = counts.get(group) ?? { n: 0, correct: 0 };
    counts.set(group, { n: count.n + 1, correct: count.correct + Number(correct) });
  }
  return [...counts]
    .map(([group, { n, correct }]) => ({ group, n, correct, accuracy: correct / n }))
    .sort((a, b) => (a.group < b.group ? -1 : 1));
}

/** The group with the lowest accuracy, of equal ones the first; undefined without groups. */
export function worstGroup(groups: readonly GroupAccuracy[]): GroupAccuracy | undefined {
  return groups.reduce<GroupAccuracy | undefined>(
    (worst, group) => (worst === undefined || group.accuracy < worst.accuracy ? group : worst),
    undefined,
  );
}
