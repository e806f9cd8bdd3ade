/** Filters that look at the neighbourhood of a pixel. Their cost is libvips'. */
import type { Raster } from '@foveate/contracts';
import { plainBytes, sharp } from './_sharp.js';

/** Weights around a pixel, row by row; width and height are odd. Weights are divided by their sum. */
export interface Kernel {
  readonly width: number;
  readonly height: number;
  readonly weights: readonly number[];
}

/** The image convolved with a kernel; edge pixels are repeated beyond the edge. */
export async function convolve(raster: Raster, { width, height, weights }: Kernel): Promise<Raster> {
  const scale = weights.reduce((sum, weight) => sum + weight, 0);
  return unchangedSize(raster, open(raster).convolve({ width, height, kernel: [...weights], scale }));
}

/** The image as it comes back from a JPEG file. @param quality 1 (strong artefacts) to 100 (hardly any) */
export async function throughJpeg(raster: Raster, quality: number): Promise<Raster> {
  return unchangedSize(raster, sharp(await open(raster).jpeg({ quality }).toBuffer()));
}

type Sharp = ReturnType<typeof sharp>;

function open({ width, height, channels, data }: Raster): Sharp {
  return sharp(data, { raw: { width, height, channels } });
}

async function unchangedSize(raster: Raster, image: Sharp): Promise<Raster> {
  const data = await image
    .toColourspace(raster.channels === 1 ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer();
  return { ...raster, data: plainBytes(data) };
}
