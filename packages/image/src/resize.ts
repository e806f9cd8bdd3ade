/** Changes of size. */
import type { Mask, Raster } from '@foveate/contracts';
import { plainBytes, sharp } from './_sharp.js';

/**
 * The image at another size, aspect ratio not kept. Lanczos with three lobes, its support scaled when the image
 * shrinks, so that fine texture is averaged and does not alias.
 * @param width target width in pixels, >= 1
 * @param height target height in pixels, >= 1
 * @returns the raster itself when it already has that size
 */
export async function resize(raster: Raster, width: number, height: number): Promise<Raster> {
  if (raster.width === width && raster.height === height) return raster;
  const { channels } = raster;
  const { data } = await sharp(raster.data, { raw: { width: raster.width, height: raster.height, channels } })
    .resize(width, height, { fit: 'fill', kernel: 'lanczos3' })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { width, height, channels, data: plainBytes(data) };
}

/**
 * The mask at another size by nearest neighbour: each new pixel takes the value under its centre, so the result is
 * binary again. A detail thinner than the step can vanish.
 * @param width target width in pixels, >= 1
 * @param height target height in pixels, >= 1
 * @returns the mask itself when it already has that size
 */
export function resizeMask(mask: Mask, width: number, height: number): Mask {
  if (mask.width === width && mask.height === height) return mask;
  const data = new Uint8Array(width * height);
  const columns = Int32Array.from({ length: width }, (_, x) => Math.floor(((x + 0.5) * mask.width) / width));
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * mask.height) / height) * mask.width;
    for (let x = 0; x < width; x++) data[y * width + x] = mask.data[row + (columns[x] as number)] as number;
  }
  return { width, height, channels: 1, data };
}
