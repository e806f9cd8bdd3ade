import type { PixelMemory, Raster } from '@foveate/contracts';
import { kernels } from './_kernels.js';
import { newPixels } from './mask.js';

/** Red, green and blue. */
export type Colour = readonly [number, number, number];

/**
 * An image whose pixels are `cover` of another and the rest of `under`: v' = under + cover (over + shift - under), rounded
 * and cut to [0, 255].
 * @param under of three channels
 * @param over pixels of the other, as many
 * @param cover in [0, 1], one value a pixel
 * @param options.shift added to red, green and blue of `over`
 * @param options.memory for the result; without it new memory
 */
export function blended(
  under: Raster,
  over: Uint8Array | Uint8ClampedArray,
  cover: Float32Array,
  { shift = [0, 0, 0], memory = newPixels }: { readonly shift?: Colour; readonly memory?: PixelMemory } = {},
): Raster {
  const { length } = under.data;
  const [into = 0, from = 0, covers = 0] = kernels.layOut(length, length, 4 * cover.length);
  kernels.bytes(into, length).set(under.data);
  kernels.bytes(from, length).set(over);
  kernels.floats(covers, cover.length).set(cover);
  kernels.run.blendColour(into, from, covers, cover.length, ...shift);
  const data = memory(length);
  data.set(kernels.bytes(into, length));
  return { ...under, data };
}
