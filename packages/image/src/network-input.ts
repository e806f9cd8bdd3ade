/** Image files as networks get them. */
import type { Raster } from '@foveate/contracts';
import { readImage, type ReadImageOptions } from './decode.js';
import { resize } from './resize.js';

/**
 * Reads an image file as training, evaluation and explanation do: {@link readImage}, which gives 8-bit sRGB at full size,
 * then {@link resize}. The order counts: a JPEG that is scaled down while it is decoded, or resized before its colours are
 * converted, has other pixels.
 * @param width of the network's input in pixels, >= 1
 * @param height of the network's input in pixels, >= 1
 * @returns a raster of 3 channels
 * @throws FoveateError as {@link readImage}
 */
export async function readNetworkInput(
  path: string,
  width: number,
  height: number,
  options: ReadImageOptions = {},
): Promise<Raster> {
  return resize(await readImage(path, options), width, height);
}
