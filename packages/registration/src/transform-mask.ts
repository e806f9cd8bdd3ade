import type { Mask } from '@foveate/contracts';
import { inverted, similarityOf, type Transform } from './similarity.js';

// Bound once: a look-up of a global for every pixel is slow in some realms (Jest has one).
const { floor } = Math;

/** A mask that was moved onto an image. */
export interface MovedMask {
  readonly mask: Mask;
  /** Share of the pixels inside the original mask whose place lies off the image, in [0, 1]; 0 of an empty mask. */
  readonly lost: number;
}

/**
 * Moves a mask drawn on a reference onto an image over which the reference lies. A pixel is inside when the mask,
 * interpolated bilinearly at its centre, is at least one half; what leaves the image is cut off.
 * @param transform as {@link Transform} says, about the centres of mask and image
 * @param width of the image, in pixels
 * @param height of the image, in pixels
 */
export function transformMask(mask: Mask, transform: Transform, width: number, height: number): MovedMask {
  const there = similarityOf(transform, mask, { width, height });
  const { a, b, u, v } = inverted(there);
  const data = new Uint8Array(width * height);
  const at = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= mask.width || y >= mask.height ? 0 : (mask.data[y * mask.width + x] as number);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const fromX = a * (x + 0.5) - b * (y + 0.5) + u - 0.5;
      const fromY = b * (x + 0.5) + a * (y + 0.5) + v - 0.5;
      const [column, row] = [floor(fromX), floor(fromY)];
      const [right, down] = [fromX - column, fromY - row];
      const above = at(column, row) * (1 - right) + at(column + 1, row) * right;
      const below = at(column, row + 1) * (1 - right) + at(column + 1, row + 1) * right;
      // Rounding must not decide where the half is exact.
      if (above * (1 - down) + below * down >= 127.5 - 1e-6) data[y * width + x] = 255;
    }
  }
  let [inside, off] = [0, 0];
  for (let y = 0; y < mask.height; y++) {
    for (let x = 0; x < mask.width; x++) {
      if (mask.data[y * mask.width + x] === 0) continue;
      inside++;
      const toX = there.a * (x + 0.5) - there.b * (y + 0.5) + there.u;
      const toY = there.b * (x + 0.5) + there.a * (y + 0.5) + there.v;
      if (toX < 0 || toY < 0 || toX > width || toY > height) off++;
    }
  }
  return { mask: { width, height, channels: 1, data }, lost: inside === 0 ? 0 : off / inside };
}
