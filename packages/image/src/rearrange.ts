import type { Raster } from '@foveate/contracts';

/** The raster mirrored left to right, as a new raster. */
export function flipHorizontal<R extends Raster>(raster: R): R {
  return rearrange(raster, (x, y) => y * raster.width + (raster.width - 1 - x));
}

/** The raster mirrored top to bottom, as a new raster. */
export function flipVertical<R extends Raster>(raster: R): R {
  return rearrange(raster, (x, y) => (raster.height - 1 - y) * raster.width + x);
}

/**
 * The raster turned clockwise by quarter turns, as a new raster. Odd turns change width for height.
 * @param turns whole number
 */
export function quarterTurns<R extends Raster>(raster: R, turns: number): R {
  const { width, height } = raster;
  switch (((turns % 4) + 4) % 4) {
    case 1:
      return rearrange({ ...raster, width: height, height: width }, (x, y) => (height - 1 - x) * width + y);
    case 2:
      return rearrange(raster, (x, y) => (height - 1 - y) * width + (width - 1 - x));
    case 3:
      return rearrange({ ...raster, width: height, height: width }, (x, y) => x * width + (width - 1 - y));
    default:
      return raster;
  }
}

/**
 * The raster moved by whole pixels, as a new raster; the border that comes free repeats the nearest edge pixel.
 * @param dx pixels to the right, negative to the left
 * @param dy pixels down, negative up
 */
export function shift<R extends Raster>(raster: R, dx: number, dy: number): R {
  const clamp = (value: number, size: number): number => Math.min(size - 1, Math.max(0, value));
  return rearrange(raster, (x, y) => clamp(y - dy, raster.height) * raster.width + clamp(x - dx, raster.width));
}

/** The raster with other pixels: (x, y) is the old pixel number `from(x, y)`. */
function rearrange<R extends Raster>(raster: R, from: (x: number, y: number) => number): R {
  const { width, height, channels, data } = raster;
  const result = new Uint8Array(data.length);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const start = from(x, y) * channels;
      for (let channel = 0; channel < channels; channel++) result[to++] = data[start + channel] ?? 0;
    }
  }
  return { ...raster, data: result };
}
