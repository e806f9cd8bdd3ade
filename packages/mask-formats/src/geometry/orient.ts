/** Masks of pixels as stored and as looked at. */
import type { Mask } from '@foveate/contracts';
import { flipHorizontal, flipVertical, quarterTurns } from '@foveate/image';

/** Size of an image as its file stores it, from the size upright, or the other way round. */
export function turnedSize(width: number, height: number, exif: number): readonly [width: number, height: number] {
  return exif >= 5 ? [height, width] : [width, height];
}

/** A mask of stored pixels as a mask of the upright image. @param exif EXIF orientation, 1 to 8 */
export function toUpright(mask: Mask, exif: number): Mask {
  switch (exif) {
    case 2:
      return flipHorizontal(mask);
    case 3:
      return quarterTurns(mask, 2);
    case 4:
      return flipVertical(mask);
    case 5:
      return quarterTurns(flipHorizontal(mask), 3);
    case 6:
      return quarterTurns(mask, 1);
    case 7:
      return quarterTurns(flipHorizontal(mask), 1);
    case 8:
      return quarterTurns(mask, 3);
    default:
      return mask;
  }
}

/** A mask of the upright image as one of stored pixels: the inverse of {@link toUpright}. */
export function toStored(mask: Mask, exif: number): Mask {
  // All others are their own inverse.
  return toUpright(mask, exif === 6 ? 8 : exif === 8 ? 6 : exif);
}
