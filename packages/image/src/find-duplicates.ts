import { DisjointSets } from './disjoint-sets.js';
import type { Fingerprint } from '@foveate/contracts';
import { nearDuplicates } from './near-duplicates.js';

/** Images that are the same, or nearly. */
export interface Duplicates {
  /** Positions, ascending; two or more. */
  readonly members: readonly number[];
  /** 1: all have the same pixels. Less: the least similarity of the pairs that make it one cluster. */
  readonly similarity: number;
  /** True when they are more than a quarter of all images and not all the same: hardly copies of one another. */
  readonly tooMany: boolean;
}

const largestShare = 0.25;

/**
 * Clusters of images with the same pixels or with a chain of near duplicates between them. Of a cluster with too many
 * members those with the same pixels are clusters of their own besides.
 * @param near least similarity of near duplicates, see {@link nearDuplicates}; false: the same pixels only
 * @returns by first member
 */
export function findDuplicates(fingerprints: readonly Fingerprint[], near: number | false): readonly Duplicates[] {
  const exact = new DisjointSets(fingerprints.length);
  const first = new Map<string, number>();
  for (const [index, { pixels }] of fingerprints.entries()) {
    const earlier = first.get(pixels);
    if (earlier === undefined) first.set(pixels, index);
    else exact.join(earlier, index);
  }
  const same = exact.clusters().map((members): Duplicates => ({ members, similarity: 1, tooMany: false }));
  if (near === false) return same;

  const alike = new DisjointSets(fingerprints.length);
  for (const { members } of same) for (const member of members) alike.join(members[0] ?? member, member);
  const distinct = [...first.values()];
  const pairs = nearDuplicates(
    distinct.flatMap((index) => fingerprints[index]?.look ?? []),
    near,
  ).map(({ a, b, similarity }) => ({ a: distinct[a] ?? 0, b: distinct[b] ?? 0, similarity }));
  for (const { a, b } of pairs) alike.join(a, b);
  const least = new Map<number, number>();
  for (const { a, similarity } of pairs) {
    const root = alike.find(a);
    // Copies that differ by rounding alone may come out as 1, which stands for the same pixels.
    least.set(root, Math.min(least.get(root) ?? 1 - 1e-6, similarity));
  }
  return alike.clusters().flatMap((members): readonly Duplicates[] => {
    const similarity = least.get(members[0] ?? 0) ?? 1;
    const tooMany = similarity < 1 && members.length > largestShare * fingerprints.length;
    const inner = tooMany ? same.filter(({ members: [one = 0] }) => alike.find(one) === members[0]) : [];
    return [{ members, similarity, tooMany }, ...inner];
  });
}
