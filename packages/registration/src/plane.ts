/** Grey images of floating-point values. */
import type { Raster } from '@foveate/contracts';
import type { Size } from './similarity.js';

// Bound once: a look-up of a global for every pixel is slow in some realms (Jest has one).
const { floor, max, min } = Math;

/** Values row by row. */
export interface Plane extends Size {
  readonly data: Float32Array;
}

/** Luma (ITU-R BT.601, on sRGB values), or the grey values. */
export function greyOf({ width, height, channels, data }: Raster): Plane {
  const grey = new Float32Array(width * height);
  if (channels === 1) grey.set(data);
  else {
    for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += 3) {
      const [red, green, blue] = [data[at] as number, data[at + 1] as number, data[at + 2] as number];
      grey[pixel] = 0.299 * red + 0.587 * green + 0.114 * blue;
    }
  }
  return { width, height, data: grey };
}

/** Smoothed by (1 2 1)/4 in both directions, edge pixels doubled. */
export function smoothed({ width, height, data }: Plane): Plane {
  const across = new Float32Array(data.length);
  for (let row = 0; row < data.length; row += width) {
    for (let x = 0; x < width; x++) {
      const before = data[row + max(0, x - 1)] as number;
      const after = data[row + min(width - 1, x + 1)] as number;
      across[row + x] = 0.25 * (before + after) + 0.5 * (data[row + x] as number);
    }
  }
  const result = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const above = max(0, y - 1) * width;
    const below = min(height - 1, y + 1) * width;
    for (let x = 0; x < width; x++) {
      const around = (across[above + x] as number) + (across[below + x] as number);
      result[row + x] = 0.25 * around + 0.5 * (across[row + x] as number);
    }
  }
  return { width, height, data: result };
}

/** Half as wide and high, each pixel the mean of four; an odd last row or column is left out. */
export function halved({ width, height, data }: Plane): Plane {
  const half = { width: width >> 1, height: height >> 1 };
  const result = new Float32Array(half.width * half.height);
  for (let y = 0, into = 0; y < half.height; y++) {
    for (let x = 0, at = 2 * y * width; x < half.width; x++, at += 2, into++) {
      const above = (data[at] as number) + (data[at + 1] as number);
      result[into] = 0.25 * (above + (data[at + width] as number) + (data[at + width + 1] as number));
    }
  }
  return { ...half, data: result };
}

/** The plane at pixels `factor` times as wide (1 to 2), bilinear. */
export function shrunk({ width, height, data }: Plane, factor: number): Plane {
  const small = { width: floor(width / factor), height: floor(height / factor) };
  const result = new Float32Array(small.width * small.height);
  for (let y = 0, into = 0; y < small.height; y++) {
    const fromY = max(0, min(height - 1.001, (y + 0.5) * factor - 0.5));
    for (let x = 0; x < small.width; x++, into++) {
      const fromX = max(0, min(width - 1.001, (x + 0.5) * factor - 0.5));
      const [column, row] = [floor(fromX), floor(fromY)];
      const [right, down] = [fromX - column, fromY - row];
      const at = row * width + column;
      const above = (data[at] as number) * (1 - right) + (data[at + 1] as number) * right;
      const below = (data[at + width] as number) * (1 - right) + (data[at + width + 1] as number) * right;
      result[into] = above * (1 - down) + below * down;
    }
  }
  return { ...small, data: result };
}
