import type { PixelMemory, Raster } from '@foveate/contracts';
import { kernels } from './_kernels.js';
import { newPixels } from './mask.js';

/**
 * The image under other light: v' = towards + factor (v - towards), rounded to even and cut to [0, 255].
 * @param towards 0 or 255: black, or white
 * @param fill writes the factors, one for each pixel, row by row; all of them, as there may be anything in the array
 * @param memory for the result; without it new memory
 */
export function lightened(
  image: Raster,
  towards: 0 | 255,
  fill: (factors: Float32Array) => void,
  memory: PixelMemory = newPixels,
): Raster {
  const { width, height, channels, data } = image;
  const pixels = width * height;
  const [into = 0, from = 0, factors = 0] = kernels.layOut(data.length, data.length, 4 * pixels);
  kernels.bytes(from, data.length).set(data);
  fill(kernels.floats(factors, pixels));
  const { lightColour, lightGrey } = kernels.run;
  (channels === 3 ? lightColour : lightGrey)(into, from, factors, pixels, towards);
  const result = memory(data.length);
  result.set(kernels.bytes(into, data.length));
  return { ...image, data: result };
}
