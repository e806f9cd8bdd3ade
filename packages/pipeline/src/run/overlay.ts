/** A heatmap laid over the image it explains, the area of interest outlined. */
import type { Raster } from '@foveate/contracts';
import { resize, resizeMask, writePng } from '@foveate/image';
import type { Verdict } from './trained-run.js';

const outline = [0, 220, 255] as const;
/** How much of the image the hottest spot covers. */
const strength = 0.65;

/** Black body colours from dark red over yellow to white; `heat` in [0, 1]. */
function hot(heat: number): readonly [number, number, number] {
  const part = (from: number) => Math.round(255 * Math.min(1, Math.max(0, heat * 3 - from)));
  return [part(0), part(1), part(2)];
}

/** The overlay at the size of the image. */
async function overlay({ image, heatmap, aoi }: Verdict): Promise<Raster> {
  const { width, height } = image;
  const heat = await resize(heatmap, width, height);
  const area = aoi && resizeMask({ ...aoi, channels: 1 }, width, height);
  const data = new Uint8Array(width * height * 3);
  const inside = (x: number, y: number) => (area?.data[y * width + x] ?? 0) > 127;
  const reach = Math.max(1, Math.round(Math.min(width, height) / 250));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = y * width + x;
      const warmth = (heat.data[pixel] ?? 0) / 255;
      const border =
        inside(x, y) && !(inside(x - reach, y) && inside(x + reach, y) && inside(x, y - reach) && inside(x, y + reach));
      for (const [channel, colour] of (border ? outline : hot(warmth)).entries()) {
        const cover = border ? 1 : strength * Math.sqrt(warmth);
        const below = image.data[pixel * 3 + channel] ?? 0;
        data[pixel * 3 + channel] = Math.round(below * (1 - cover) + colour * cover);
      }
    }
  }
  return { width, height, channels: 3, data };
}

/** Writes the overlay as a PNG, in full or not at all. @throws FoveateError `OUTPUT_UNWRITABLE` */
export async function writeOverlay(path: string, verdict: Verdict): Promise<void> {
  await writePng(path, await overlay(verdict));
}
