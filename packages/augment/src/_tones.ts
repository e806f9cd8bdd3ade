import type { PixelMemory, Raster } from '@foveate/contracts';

/** The image with every channel value mapped by `curve`, rounded and cut to [0, 255]. */
export function withTones(image: Raster, curve: (value: number) => number, memory: PixelMemory): Raster {
  const table = new Uint8ClampedArray(256);
  for (let value = 0; value < 256; value++) table[value] = curve(value);
  const result = memory(image.data.length);
  mapBytes(image.data, table, result);
  return { ...image, data: result };
}

// A function that is nothing but the loop: V8 enters compiled code within a long loop and leaves it again, at every
// call, where something follows that it has never seen run.
function mapBytes(data: Uint8Array, table: Uint8ClampedArray, result: Uint8Array): void {
  for (let i = 0; i < data.length; i++) result[i] = table[data[i] as number] as number;
}
