/** Masks and the images they belong to. */
import { folded } from '../_type-names.js';

/** What belongs to each image, and what to none; both by stem. */
export interface Companions {
  readonly of: ReadonlyMap<string, readonly string[]>;
  readonly orphans: readonly (readonly [stem: string, paths: readonly string[]])[];
}

/**
 * Pairs files with images by their stems. Where a stem differs from that of an image in capitals alone it is the image's,
 * unless the image has files of its own or two images come into question.
 * @param stems of the images
 * @param files paths by the stem of the image they belong to
 */
export function companionsOf(stems: readonly string[], files: ReadonlyMap<string, readonly string[]>): Companions {
  const of = new Map<string, readonly string[]>();
  const rest: [string, readonly string[]][] = [];
  const known = new Set(stems);
  for (const [stem, paths] of files) {
    if (known.has(stem)) of.set(stem, paths);
    else rest.push([stem, paths]);
  }
  if (rest.length === 0) return { of, orphans: rest };
  const alike = new Map<string, string[]>();
  for (const stem of stems) alike.set(folded(stem), [...(alike.get(folded(stem)) ?? []), stem]);
  const orphans = rest.filter(([stem, paths]) => {
    const [image, second] = (alike.get(folded(stem)) ?? []).filter((one) => !files.has(one));
    if (image === undefined || second !== undefined) return true;
    of.set(image, [...(of.get(image) ?? []), ...paths]);
    return false;
  });
  return { of, orphans };
}
