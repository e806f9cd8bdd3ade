/** Moves of image and masks together. */
import type { AugmentedImages, Raster } from '@foveate/contracts';

/** Image, area of interest and defect masks after the same move. */
export function moved(
  { image, aoi, defects }: AugmentedImages,
  move: <T extends Raster>(raster: T) => T,
): AugmentedImages {
  return {
    image: move(image),
    aoi: move(aoi),
    defects: defects.map(({ type, mask }) => ({ type, mask: move(mask) })),
  };
}
