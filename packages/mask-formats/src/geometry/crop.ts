/** The part of a mask that is not empty. */
import type { Mask } from '@foveate/contracts';

/** A box of a mask. */
export interface Cropped {
  readonly left: number;
  readonly top: number;
  readonly mask: Mask;
}

/** The smallest box with all that is inside; of an empty mask its first pixel. */
export function cropped({ width, height, data }: Mask): Cropped {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at++) {
      if (data[at] === 0) continue;
      [left, right] = [Math.min(left, column), Math.max(right, column + 1)];
      [top, bottom] = [Math.min(top, row), row + 1];
    }
  }
  if (right === 0) [left, top, right, bottom] = [0, 0, 1, 1];
  const size = { width: right - left, height: bottom - top };
  const part = new Uint8Array(size.width * size.height);
  for (let row = 0; row < size.height; row++) {
    const start = (top + row) * width + left;
    part.set(data.subarray(start, start + size.width), row * size.width);
  }
  return { left, top, mask: { ...size, channels: 1, data: part } };
}
