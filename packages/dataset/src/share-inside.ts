import type { Mask } from '@foveate/contracts';
import { intersectionArea, maskArea } from '@foveate/image';

/**
 * Share of a mask's area inside the area of interest.
 * @returns |mask and aoi| / |mask| in [0, 1]; undefined for a mask without area
 * @throws FoveateError `DATA_INVALID` when the sizes differ
 */
export function shareInside(mask: Mask, aoi: Mask): number | undefined {
  const area = maskArea(mask);
  const inside = intersectionArea(mask, aoi);
  return area === 0 ? undefined : inside / area;
}
