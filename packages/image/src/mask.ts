/** Measures and combinations of binary masks. */
import { fail, type Mask, type PixelMemory } from '@foveate/contracts';

/** Memory of its own for each result. */
export const newPixels: PixelMemory = (bytes) => new Uint8Array(bytes);

/**
 * A mask of one value.
 * @param value 0 = all outside (default), 255 = all inside
 */
export function emptyMask(width: number, height: number, value: 0 | 255 = 0): Mask {
  return { width, height, channels: 1, data: new Uint8Array(width * height).fill(value) };
}

/** Number of pixels inside. */
export function maskArea({ width, height, data }: Mask): number {
  const pixels = width * height;
  let area = 0;
  // By index, which is ten times as fast as by iterator.
  for (let pixel = 0; pixel < pixels; pixel++) if (data[pixel] !== 0) area++;
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

/**
 * Numbers (row * width + column) of the pixels inside, in order.
 * @param inside false: of those outside
 */
export function pixelsOf({ data }: Mask, inside = true): Uint32Array {
  const pixels = new Uint32Array(data.length);
  let count = 0;
  for (let pixel = 0; pixel < data.length; pixel++) if ((data[pixel] !== 0) === inside) pixels[count++] = pixel;
  return pixels.slice(0, count);
}

/**
 * Inside where any of the masks is, which have one size.
 * @returns the mask itself when there is one alone
 */
export function unionOf(first: Mask, ...others: readonly Mask[]): Mask {
  if (others.length === 0) return first;
  const { width, height } = first;
  const data = Uint8Array.from(first.data);
  for (const other of others)
    for (let pixel = 0; pixel < data.length; pixel++)
      data[pixel] = (data[pixel] as number) | (other.data[pixel] as number);
  return { width, height, channels: 1, data };
}
