/** How far two authors agree on the same images. */
import { boundaryScore } from './boundary.js';
import type { MaskEntry, MaskKey, MaskKind, MaskStore } from './mask-store.js';
import { dice, iou } from './overlap.js';

/** What two authors made of one key. */
export interface KeyAgreement extends MaskKey {
  readonly iou: number;
  readonly dice: number;
  /** F-score of the boundaries. */
  readonly boundary: number;
}

/** What {@link agreement} found. */
export interface Agreement {
  /** Keys that both have drawn, in the order of the store. */
  readonly compared: readonly KeyAgreement[];
  /** Keys that only one of them has drawn. */
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** Means over `compared`; null where there is none. */
  readonly mean: { readonly iou: number; readonly dice: number; readonly boundary: number } | null;
}

/**
 * Compares the masks of two authors key by key: of each the newest revision whose pixels are theirs and that is not
 * rejected. An author is who the provenance names, not who accepted.
 * @param options.tolerance of boundaries, in pixels. Default 2
 * @throws FoveateError `DATA_INVALID` when pixels are missing or damaged
 */
export async function agreement(
  store: MaskStore,
  [first, second]: readonly [string, string],
  options: { readonly kind?: MaskKind; readonly name?: string; readonly tolerance?: number } = {},
): Promise<Agreement> {
  const { tolerance = 2, ...filter } = options;
  const compared: KeyAgreement[] = [];
  let [onlyFirst, onlySecond] = [0, 0];
  for (const { image, kind, name } of store.entries(filter)) {
    const revisions = store.history({ image, kind, name });
    const [one, other] = [newestBy(revisions, first), newestBy(revisions, second)];
    if (one !== undefined && other !== undefined) {
      const [a, b] = [await store.read(one), await store.read(other)];
      const boundary = boundaryScore(a, b, tolerance).f;
      compared.push({ image, kind, name, iou: iou(a, b), dice: dice(a, b), boundary });
    } else if (one !== undefined) onlyFirst++;
    else if (other !== undefined) onlySecond++;
  }
  const mean = (key: 'iou' | 'dice' | 'boundary') => compared.reduce((sum, one) => sum + one[key], 0) / compared.length;
  const means = compared.length === 0 ? null : { iou: mean('iou'), dice: mean('dice'), boundary: mean('boundary') };
  return { compared, onlyFirst, onlySecond, mean: means };
}

function newestBy(revisions: readonly MaskEntry[], author: string): MaskEntry | undefined {
  const last = revisions.findLast(({ provenance }) => provenance.author === author);
  return last?.status === 'rejected' ? undefined : last;
}
