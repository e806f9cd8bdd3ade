import type { PixelMemory, Raster } from '@foveate/contracts';
import { kernels } from './_kernels.js';
import { newPixels } from './mask.js';

/**
 * The image with noise: v' = v + deviate x spread[v], rounded to even and cut to [0, 255]. {@link hash32} of seed and
 * pixel number chooses the deviates, ten bits for each channel, the lowest for the first.
 * @param deviates 1024 numbers, all equally likely
 * @param spread 256 numbers, by value
 * @param memory for the result; without it new memory
 */
export function withNoise(
  image: Raster,
  seed: number,
  deviates: Float32Array,
  spread: Float32Array,
  memory: PixelMemory = newPixels,
): Raster {
  const { width, height, channels, data } = image;
  const [into = 0, from = 0, byHash = 0, byValue = 0] = kernels.layOut(data.length, data.length, 4096, 1024);
  kernels.bytes(from, data.length).set(data);
  kernels.floats(byHash, 1024).set(deviates);
  kernels.floats(byValue, 256).set(spread);
  kernels.run.addNoise(into, from, channels, width * height, seed | 0, byHash, byValue);
  const result = memory(data.length);
  result.set(kernels.bytes(into, data.length));
  return { ...image, data: result };
}
