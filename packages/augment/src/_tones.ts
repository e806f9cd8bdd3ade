import type { Raster } from '@foveate/contracts';

/** The image with every channel value mapped by `curve`, rounded and cut to [0, 255]. */
export function withTones(image: Raster, curve: (value: number) => number): Raster {
  const table = Uint8ClampedArray.from({ length: 256 }, (_, value) => curve(value));
  const { data } = image;
  const result = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) result[i] = table[data[i] as number] as number;
  return { ...image, data: result };
}
