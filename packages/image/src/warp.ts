/**
 * Moves of pixels to places between pixels. Where each pixel comes from is worked out once, as a {@link Sampling}, and
 * then applied to an image (bilinear) and to its masks (nearest neighbour), so that they cannot drift apart by more than
 * the half pixel of rounding. Coordinates are in pixels, (0, 0) the centre of the top left pixel, x to the right, y down.
 */
import type { Mask, PixelMemory, Raster } from '@foveate/contracts';
import { newPixels } from './mask.js';

/**
 * What lies beyond the edge. `reflect`: the image mirrored, edge pixels doubled; `edge`: the nearest pixel; `constant`:
 * nothing, that is black, and outside in masks.
 */
export type Border = 'reflect' | 'edge' | 'constant';

/**
 * Rows of a 3x3 matrix that takes a pixel (x, y, 1) of the result to homogeneous coordinates in the source. It must not
 * take a pixel of the result to infinity.
 */
export type Homography = readonly [number, number, number, number, number, number, number, number, number];

/** Where each pixel of a raster comes from; result and source have the same size. */
export interface Sampling {
  readonly width: number;
  readonly height: number;
  /** Number of the source pixel up and left of the place, -1 for nothing. */
  readonly at: Int32Array;
  /** How far right and down of that pixel, in 1/256 pixel, 0 to 256. */
  readonly right: Uint16Array;
  readonly down: Uint16Array;
}

/** Writes where the pixels of row `y` come from into `xs` and `ys`, one entry a column. */
export type RowPlaces = (y: number, xs: Float64Array, ys: Float64Array) => void;

/** The coordinate mirrored into [-0.5, size - 0.5], again and again if need be. */
function reflected(value: number, size: number): number {
  const wrapped = Math.abs(value + 0.5) % (2 * size);
  return Math.min(wrapped, 2 * size - wrapped) - 0.5;
}

/** Memory for a sampling, to be filled by {@link samplingOf} or {@link homographySampling}. */
export function newSampling(width: number, height: number): Sampling {
  const pixels = width * height;
  return { width, height, at: new Int32Array(pixels), right: new Uint16Array(pixels), down: new Uint16Array(pixels) };
}

/**
 * A sampling from the places of its pixels, row by row.
 * @param into is overwritten and returned; without it the sampling has memory of its own
 */
export function samplingOf(
  width: number,
  height: number,
  border: Border,
  places: RowPlaces,
  into = newSampling(width, height),
): Sampling {
  const { at, right, down } = into;
  const xs = new Float64Array(width);
  const ys = new Float64Array(width);
  const [lastX, lastY] = [width - 1, height - 1];
  // The pixel up and left of a place on the last column is in the column before, all the way to its right.
  const [lastLeft, lastTop] = [Math.max(0, width - 2), Math.max(0, height - 2)];
  for (let row = 0, to = 0; row < height; row++) {
    places(row, xs, ys);
    for (let column = 0; column < width; column++, to++) {
      let x = xs[column] as number;
      let y = ys[column] as number;
      if (x < 0 || y < 0 || x > lastX || y > lastY) {
        if (border === 'constant' && (x < -0.5 || y < -0.5 || x > lastX + 0.5 || y > lastY + 0.5)) {
          at[to] = -1;
          continue;
        }
        if (border === 'reflect') {
          x = reflected(x, width);
          y = reflected(y, height);
        }
        x = Math.min(lastX, Math.max(0, x));
        y = Math.min(lastY, Math.max(0, y));
      }
      // In 1/256 pixel; nothing is negative here, so that cutting off is rounding down.
      const u = (x * 256 + 0.5) | 0;
      const v = (y * 256 + 0.5) | 0;
      const left = Math.min(lastLeft, u >> 8);
      const top = Math.min(lastTop, v >> 8);
      at[to] = top * width + left;
      right[to] = u - left * 256;
      down[to] = v - top * 256;
    }
  }
  return into;
}

/** The sampling of a homography. @param into as in {@link samplingOf} */
export function homographySampling(
  width: number,
  height: number,
  border: Border,
  matrix: Homography,
  into?: Sampling,
): Sampling {
  const [a, b, c, d, e, f, g, h, i] = matrix;
  const affine = g === 0 && h === 0 && i === 1;
  const places: RowPlaces = (y, xs, ys) => {
    const [startX, startY] = [b * y + c, e * y + f];
    for (let x = 0; affine && x < width; x++) {
      xs[x] = a * x + startX;
      ys[x] = d * x + startY;
    }
    for (let x = 0; !affine && x < width; x++) {
      const scale = 1 / (g * x + h * y + i);
      xs[x] = (a * x + b * y + c) * scale;
      ys[x] = (d * x + e * y + f) * scale;
    }
  };
  return samplingOf(width, height, border, places, into);
}

/** The image under a sampling, bilinear. @param memory for the result; without it new memory */
export function warpImage(image: Raster, sampling: Sampling, memory: PixelMemory = newPixels): Raster {
  const result = memory(image.data.length);
  interpolate(image, sampling, result);
  return { ...image, data: result };
}

// The loops are functions of their own: V8 enters compiled code within a long loop and leaves it again, at every call,
// where something follows that it has never seen run.
function interpolate({ channels, data }: Raster, sampling: Sampling, result: Uint8Array): void {
  const { width, height, at, right, down } = sampling;
  const nextColumn = width > 1 ? channels : 0;
  const nextRow = height > 1 ? width * channels : 0;
  // Written out for three channels, which takes half the time of a loop; in a grey raster all three are the one.
  const [green, blue] = channels === 3 ? [1, 2] : [0, 0];
  for (let pixel = 0, to = 0; pixel < at.length; pixel++, to += channels) {
    const corner = at[pixel] as number;
    if (corner < 0) {
      result[to] = result[to + green] = result[to + blue] = 0;
      continue;
    }
    const u = right[pixel] as number;
    const v = down[pixel] as number;
    const w11 = u * v;
    const w10 = 256 * u - w11;
    const w01 = 256 * v - w11;
    const w00 = 65536 - w11 - w10 - w01;
    const a = corner * channels;
    const b = a + nextColumn;
    const c = a + nextRow;
    const d = c + nextColumn;
    result[to] =
      ((data[a] as number) * w00 +
        (data[b] as number) * w10 +
        (data[c] as number) * w01 +
        (data[d] as number) * w11 +
        32768) >>
      16;
    result[to + green] =
      ((data[a + green] as number) * w00 +
        (data[b + green] as number) * w10 +
        (data[c + green] as number) * w01 +
        (data[d + green] as number) * w11 +
        32768) >>
      16;
    result[to + blue] =
      ((data[a + blue] as number) * w00 +
        (data[b + blue] as number) * w10 +
        (data[c + blue] as number) * w01 +
        (data[d + blue] as number) * w11 +
        32768) >>
      16;
  }
}

/** The mask under a sampling, nearest neighbour. @param memory for the result; without it new memory */
export function warpMask(mask: Mask, sampling: Sampling, memory: PixelMemory = newPixels): Mask {
  const result = memory(mask.data.length);
  gather(mask.data, sampling, result);
  return { ...mask, data: result };
}

function gather(data: Uint8Array, { width, height, at, right, down }: Sampling, result: Uint8Array): void {
  const nextColumn = width > 1 ? 1 : 0;
  const nextRow = height > 1 ? width : 0;
  for (let pixel = 0; pixel < at.length; pixel++) {
    const corner = at[pixel] as number;
    if (corner < 0) {
      result[pixel] = 0;
      continue;
    }
    // Half a pixel and more on is the next; by arithmetic, as the processor could not guess a branch.
    const column = ((right[pixel] as number) + 128) >> 8;
    const row = ((down[pixel] as number) + 128) >> 8;
    result[pixel] = data[corner + column * nextColumn + row * nextRow] as number;
  }
}
