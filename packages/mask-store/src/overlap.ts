/** How much two masks share. */
import type { Mask } from '@foveate/contracts';
import { intersectionArea, maskArea } from '@foveate/image';

/**
 * Intersection over union (Jaccard index) |A ∩ B| / |A ∪ B|, in [0, 1]. Two empty masks agree, 1; one that is empty shares
 * nothing with one that is not, 0.
 * @throws FoveateError `DATA_INVALID` (reason `mask-size`) when their sizes differ
 */
export function iou(a: Mask, b: Mask): number {
  const both = intersectionArea(a, b);
  const either = maskArea(a) + maskArea(b) - both;
  return either === 0 ? 1 : both / either;
}

/**
 * Dice coefficient (F1 of pixels) 2 |A ∩ B| / (|A| + |B|), in [0, 1]; 1 for two empty masks, 0 where one is empty.
 * @throws FoveateError `DATA_INVALID` (reason `mask-size`) when their sizes differ
 */
export function dice(a: Mask, b: Mask): number {
  const both = intersectionArea(a, b);
  const sum = maskArea(a) + maskArea(b);
  return sum === 0 ? 1 : (2 * both) / sum;
}
