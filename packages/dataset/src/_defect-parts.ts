import type { Mask } from '@foveate/contracts';
import { connectedParts, intersectionArea, maskArea } from '@foveate/image';

/** Pixels of a defect, or of a part of it: all of them, and those in the area of interest. */
export interface DefectPart {
  readonly area: number;
  readonly inside: number;
}

/**
 * How much of a defect lies in the area of interest.
 * @param each `type`: the mask as one; `part`: each of its parts that hang together
 * @returns none for an empty mask
 * @throws FoveateError `DATA_INVALID` (reason `mask-size`) when the sizes differ
 */
export function defectParts(mask: Mask, aoi: Mask, each: 'type' | 'part'): readonly DefectPart[] {
  const inside = intersectionArea(mask, aoi);
  const area = maskArea(mask);
  if (each === 'type' || area === 0) return area === 0 ? [] : [{ area, inside }];
  const { partOf, areas } = connectedParts(mask);
  const insides = areas.map(() => 0);
  for (const [pixel, part] of partOf.entries()) {
    if (part > 0 && aoi.data[pixel] !== 0) insides[part - 1] = (insides[part - 1] ?? 0) + 1;
  }
  return areas.map((size, part) => ({ area: size, inside: insides[part] ?? 0 }));
}
