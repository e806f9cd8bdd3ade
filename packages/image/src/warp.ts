/**
 * Moves of pixels to places between pixels. Where each pixel comes from is worked out once, as a {@link Sampling}, and
 * then applied to an image (bilinear) and to its masks (nearest neighbour), so that they cannot drift apart by more than
 * the half pixel of rounding. Coordinates are in pixels, (0, 0) the centre of the top left pixel, x to the right, y down.
 */
import type { Mask, Raster } from '@foveate/contracts';

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
  const period = 2 * size;
  const wrapped = (((value + 0.5) % period) + period) % period;
  return (wrapped < size ? wrapped : period - wrapped) - 0.5;
}

/** A sampling from the places of its pixels, row by row. */
export function samplingOf(width: number, height: number, border: Border, places: RowPlaces): Sampling {
  const at = new Int32Array(width * height);
  const right = new Uint16Array(width * height);
  const down = new Uint16Array(width * height);
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
        x = Math.min(lastX, Math.max(0, border === 'reflect' ? reflected(x, width) : x));
        y = Math.min(lastY, Math.max(0, border === 'reflect' ? reflected(y, height) : y));
      }
      const left = Math.min(lastLeft, Math.floor(x));
      const top = Math.min(lastTop, Math.floor(y));
      at[to] = top * width + left;
      right[to] = Math.round((x - left) * 256);
      down[to] = Math.round((y - top) * 256);
    }
  }
  return { width, height, at, right, down };
}

/** The sampling of a homography. */
export function homographySampling(width: number, height: number, border: Border, matrix: Homography): Sampling {
  const [a, b, c, d, e, f, g, h, i] = matrix;
  return samplingOf(width, height, border, (y, xs, ys) => {
    for (let x = 0; x < width; x++) {
      const scale = 1 / (g * x + h * y + i);
      xs[x] = (a * x + b * y + c) * scale;
      ys[x] = (d * x + e * y + f) * scale;
    }
  });
}

/** The image under a sampling, bilinear. */
export function warpImage(image: Raster, { width, height, at, right, down }: Sampling): Raster {
  const { channels, data } = image;
  const result = new Uint8Array(data.length);
  const nextColumn = width > 1 ? channels : 0;
  const nextRow = height > 1 ? width * channels : 0;
  for (let pixel = 0, to = 0; pixel < at.length; pixel++, to += channels) {
    const corner = at[pixel] as number;
    if (corner < 0) continue;
    const u = right[pixel] as number;
    const v = down[pixel] as number;
    const from = corner * channels;
    const w11 = u * v;
    const w10 = 256 * u - w11;
    const w01 = 256 * v - w11;
    const w00 = 65536 - w11 - w10 - w01;
    for (let channel = 0; channel < channels; channel++) {
      const index = from + channel;
      const sum =
        (data[index] as number) * w00 +
        (data[index + nextColumn] as number) * w10 +
        (data[index + nextRow] as number) * w01 +
        (data[index + nextColumn + nextRow] as number) * w11;
      result[to + channel] = (sum + 32768) >> 16;
    }
  }
  return { ...image, data: result };
}

/** The mask under a sampling, nearest neighbour. */
export function warpMask(mask: Mask, { width, height, at, right, down }: Sampling): Mask {
  const { data } = mask;
  const result = new Uint8Array(data.length);
  const nextColumn = width > 1 ? 1 : 0;
  const nextRow = height > 1 ? width : 0;
  for (let pixel = 0; pixel < at.length; pixel++) {
    const corner = at[pixel] as number;
    if (corner < 0) continue;
    const column = (right[pixel] as number) < 128 ? 0 : nextColumn;
    const row = (down[pixel] as number) < 128 ? 0 : nextRow;
    result[pixel] = data[corner + column + row] as number;
  }
  return { ...mask, data: result };
}
