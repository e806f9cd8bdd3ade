import type { Raster } from '@foveate/contracts';

/**
 * The image under other light: v' = towards + share (v - towards), rounded. Towards black a share above 1 brightens and
 * one below darkens; towards white (255) a share below 1 adds light that no pixel can exceed white by.
 * @param share at a place in shares of width and height: (0, 0) top left, (1, 1) bottom right
 */
export function lit(image: Raster, towards: 0 | 255, share: (x: number, y: number) => number): Raster {
  const { width, height, channels, data } = image;
  const result = new Uint8ClampedArray(data.length);
  for (let row = 0, at = 0; row < height; row++) {
    const y = (row + 0.5) / height;
    for (let column = 0; column < width; column++) {
      const factor = share((column + 0.5) / width, y);
      for (const end = at + channels; at < end; at++) result[at] = towards + factor * ((data[at] as number) - towards);
    }
  }
  return { ...image, data: new Uint8Array(result.buffer) };
}

/** 0 below 0, 1 above 1, and smooth in between. */
export function smoothStep(t: number): number {
  const s = Math.min(1, Math.max(0, t));
  return s * s * (3 - 2 * s);
}
