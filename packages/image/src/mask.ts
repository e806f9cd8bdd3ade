/** Measures and combinations of binary masks. */
import { fail, type Mask } from '@foveate/contracts';

/**
 * A mask of one value.
 * @param value 0 = all outside (default), 255 = all inside
 */
export function emptyMask(width: number, height: number, value: 0 | 255 = 0): Mask {
  return { width, height, channels: 1, data: new Uint8Array(width * height).fill(value) };
}

/** Number of pixels inside. */
export function maskArea(mask: Mask): number {
  let area = 0;
  for (const value of mask.data) if (value !== 0) area++;
  return area;
}

/**
 * Number of pixels inside both masks.
 * @throws FoveateError `DATA_INVALID` (reason `mask-size`) when their sizes differ
 */
export function intersectionArea(a: Mask, b: Mask): number {
  if (a.width !== b.width || a.height !== b.height) {
    throw fail({
      code: 'DATA_INVALID',
      what: 'Two masks to be compared differ in size',
      expected: `${a.width}x${a.height}`,
      got: `${b.width}x${b.height}`,
      reason: 'mask-size',
    });
  }
  let area = 0;
  for (let pixel = 0; pixel < a.data.length; pixel++) if (a.data[pixel] !== 0 && b.data[pixel] !== 0) area++;
  return area;
}
