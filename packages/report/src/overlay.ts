/** A heatmap laid over the image it explains, the area of interest outlined: the picture that reports show. */
import type { Mask, Raster } from '@foveate/contracts';
import { distanceTo, resize, writePng } from '@foveate/image';
import { heatCovers, outlineCovers, outlineWidth, type Cover } from './heatmap.js';

/** What an overlay is made of. */
export interface OverlayLayers {
  /** Of three channels. */
  readonly image: Raster;
  /** Of any size, >= 0, not normalised. */
  readonly heatmap?: { readonly width: number; readonly height: number; readonly data: Float32Array } | undefined;
  /** At the size of the image. */
  readonly aoi?: Mask | undefined;
}

/** How deep each pixel lies in the area, in pixels: 0 outside, 1 at its edge, which is also where the picture ends. */
function depths({ width, height, data }: Raster): Float32Array {
  const framed = { width: width + 2, height: height + 2 };
  const outside = new Uint8Array(framed.width * framed.height).fill(255);
  const at = (x: number, y: number) => (y + 1) * framed.width + x + 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) if ((data[y * width + x] ?? 0) > 127) outside[at(x, y)] = 0;
  }
  const distance = distanceTo({ ...framed, channels: 1, data: outside });
  return Float32Array.from({ length: width * height }, (_, i) => distance[at(i % width, Math.floor(i / width))] ?? 0);
}

/** 255 where it is hottest. */
function grey({ width, height, data }: NonNullable<OverlayLayers['heatmap']>): Raster {
  const hottest = data.reduce((top, value) => Math.max(top, value), 0);
  const bytes = Uint8Array.from(data, (value) => (hottest > 0 ? Math.round((value / hottest) * 255) : 0));
  return { width, height, channels: 1, data: bytes };
}

/** The overlay at the size of the image; without a heatmap the outline alone. */
export async function overlay({ image, heatmap, aoi }: OverlayLayers): Promise<Raster> {
  const { width, height } = image;
  const heat = heatmap && (await resize(grey(heatmap), width, height));
  const depth = aoi && depths(aoi);
  const line = Math.max(1, Math.round(outlineWidth(width)));
  const covers = heatCovers();
  const data = heat === undefined ? Uint8Array.from(image.data) : new Uint8Array(width * height * 3);
  const paint = (pixel: number, { colour, opacity }: Cover, below: Uint8Array): void => {
    for (const [channel, value] of colour.entries()) {
      const at = pixel * 3 + channel;
      data[at] = Math.round((below[at] ?? 0) * (1 - opacity) + value * opacity);
    }
  };
  for (let pixel = 0; pixel < width * height; pixel++) {
    if (heat !== undefined) paint(pixel, covers[heat.data[pixel] ?? 0] as Cover, image.data);
    const inside = depth?.[pixel] ?? 0;
    if (inside > 0 && inside <= 2 * line) paint(pixel, outlineCovers[inside <= line ? 0 : 1], data);
  }
  return { width, height, channels: 3, data };
}

/** Writes the overlay as a PNG, in full or not at all. @throws FoveateError `OUTPUT_UNWRITABLE` */
export async function writeOverlay(path: string, layers: OverlayLayers): Promise<void> {
  await writePng(path, await overlay(layers));
}
