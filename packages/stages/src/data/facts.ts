/** Facts of a sample that are measured on its pixels. */
import type { Mask, Raster } from '@foveate/contracts';
import { maskArea } from '@foveate/image';

/** What can be asked of a sample's pixels. */
export interface PixelFacts {
  /** In pixels, at full size. */
  readonly width: number;
  readonly height: number;
  /** Variance of the Laplacian of the brightness, of 8 bits: low for a blurred image, and for one that shows nothing. */
  readonly sharpness: number;
  /** Mean brightness, in [0, 255]. */
  readonly brightness: number;
  /** Standard deviation of the brightness, in [0, 127.5]. */
  readonly contrast: number;
  /** Share of the image that the area of interest covers, in [0, 1]. */
  readonly aoiShare: number;
}

/**
 * Measures an image and its area of interest, both at full size. Brightness is that of BT.601; the Laplacian has the four
 * neighbours (Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", 2000).
 */
export function pixelFacts(image: Raster, aoi: Mask): PixelFacts {
  const { width, height } = image;
  const grey = brightnessOf(image);
  const brightness = mean(grey);
  const laplacian = laplacianOf(grey, width, height);
  return {
    width,
    height,
    sharpness: variance(laplacian, mean(laplacian)),
    brightness,
    contrast: Math.sqrt(variance(grey, brightness)),
    aoiShare: maskArea(aoi) / (aoi.width * aoi.height),
  };
}

function brightnessOf({ channels, data }: Raster): Float32Array {
  const grey = new Float32Array(data.length / channels);
  for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += channels) {
    const red = data[at] as number;
    grey[pixel] =
      channels === 1 ? red : 0.299 * red + 0.587 * (data[at + 1] as number) + 0.114 * (data[at + 2] as number);
  }
  return grey;
}

/** Of the pixels that have four neighbours. */
function laplacianOf(grey: Float32Array, width: number, height: number): Float32Array {
  const result = new Float32Array(Math.max(0, width - 2) * Math.max(0, height - 2));
  let at = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1, pixel = y * width + 1; x < width - 1; x++, pixel++) {
      const around =
        (grey[pixel - 1] as number) +
        (grey[pixel + 1] as number) +
        (grey[pixel - width] as number) +
        (grey[pixel + width] as number);
      result[at++] = around - 4 * (grey[pixel] as number);
    }
  }
  return result;
}

function mean(values: Float32Array): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function variance(values: Float32Array, around: number): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + (value - around) ** 2, 0) / values.length;
}
