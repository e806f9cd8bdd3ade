import type { PixelMemory, Raster } from '@foveate/contracts';
import { lightened } from '@foveate/image';

/**
 * The image under other light: v' = towards + share (v - towards), rounded. Towards black a share above 1 brightens and
 * one below darkens; towards white (255) a share below 1 adds light that no pixel can exceed white by.
 * @param share at a place in shares of width and height: (0, 0) top left, (1, 1) bottom right
 */
export function lit(
  image: Raster,
  towards: 0 | 255,
  share: (x: number, y: number) => number,
  memory: PixelMemory,
): Raster {
  const { width, height } = image;
  return lightened(
    image,
    towards,
    (factors) => {
      for (let row = 0, at = 0; row < height; row++) {
        const y = (row + 0.5) / height;
        for (let column = 0; column < width; column++) factors[at++] = share((column + 0.5) / width, y);
      }
    },
    memory,
  );
}

/** 0 below 0, 1 above 1, and smooth in between. */
export function smoothStep(t: number): number {
  const s = Math.min(1, Math.max(0, t));
  return s * s * (3 - 2 * s);
}
