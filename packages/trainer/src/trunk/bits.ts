/** Binary masks, a bit per pixel. */

/** @param mask 0 or 1 @returns the mask, lowest bit first */
export function bitsOf(mask: Float32Array): Int32Array {
  const bits = new Int32Array(Math.ceil(mask.length / 32));
  for (let pixel = 0; pixel < mask.length; pixel++) {
    if (mask[pixel] !== 0) bits[pixel >> 5] = (bits[pixel >> 5] as number) | (1 << (pixel & 31));
  }
  return bits;
}

/** The inverse of {@link bitsOf}: fills `mask` with 0 and 1. */
export function maskOf(bits: Int32Array, mask: Float32Array): void {
  for (let pixel = 0; pixel < mask.length; pixel++) mask[pixel] = ((bits[pixel >> 5] as number) >> (pixel & 31)) & 1;
}
