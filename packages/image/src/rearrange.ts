/** Moves of whole pixels: nothing is resampled. */
import type { PixelMemory, Raster } from '@foveate/contracts';
import { kernels } from './_kernels.js';
import { newPixels } from './mask.js';

/** The raster mirrored left to right, as a new raster. @param memory for the result; without it new memory */
export function flipHorizontal<R extends Raster>(raster: R, memory: PixelMemory = newPixels): R {
  const { width, height, channels, data } = raster;
  const { mirrorColour, mirrorGrey } = kernels.run;
  const [into = 0, from = 0] = kernels.layOut(data.length, data.length);
  kernels.bytes(from, data.length).set(data);
  (channels === 3 ? mirrorColour : mirrorGrey)(into, from, width, height);
  const result = memory(data.length);
  result.set(kernels.bytes(into, data.length));
  return { ...raster, data: result };
}

/** The raster mirrored top to bottom, as a new raster. @param memory for the result; without it new memory */
export function flipVertical<R extends Raster>(raster: R, memory?: PixelMemory): R {
  return rowsFrom(raster, (y) => raster.height - 1 - y, memory);
}

/**
 * The raster turned clockwise by quarter turns. Odd turns change width for height.
 * @param turns whole number
 */
export function quarterTurns<R extends Raster>(raster: R, turns: number): R {
  switch (((turns % 4) + 4) % 4) {
    case 1:
      return flipHorizontal(transposed(raster));
    case 2:
      return flipHorizontal(flipVertical(raster));
    case 3:
      return flipVertical(transposed(raster));
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
  const { width, height, channels } = raster;
  const moved = rowsFrom(raster, (y) => Math.min(height - 1, Math.max(0, y - dy)));
  if (dx === 0) return moved;
  const { data } = moved;
  const across = Math.min(width, Math.abs(dx)) * channels;
  const row = width * channels;
  for (let start = 0; start < data.length; start += row) {
    const end = start + row;
    const edge = dx > 0 ? start : end - channels;
    const pixel = data.slice(edge, edge + channels);
    if (dx > 0) data.copyWithin(start + across, start, end - across);
    else data.copyWithin(start, start + across, end);
    const free = dx > 0 ? start : end - across;
    for (let to = free; to < free + across; to += channels) data.set(pixel, to);
  }
  return moved;
}

/** A raster whose row `y` is the source's row `from(y)`. */
function rowsFrom<R extends Raster>(raster: R, from: (y: number) => number, memory: PixelMemory = newPixels): R {
  const { height, data } = raster;
  const row = raster.width * raster.channels;
  const result = memory(data.length);
  for (let y = 0; y < height; y++) result.set(data.subarray(from(y) * row, (from(y) + 1) * row), y * row);
  return { ...raster, data: result };
}

/** Rows become columns. */
function transposed<R extends Raster>(raster: R): R {
  const { width, height, channels, data } = raster;
  const result = new Uint8Array(data.length);
  for (let x = 0, to = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      const from = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel++) result[to++] = data[from + channel] as number;
    }
  }
  return { ...raster, width: height, height: width, data: result };
}
