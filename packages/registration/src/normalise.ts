import type { Plane } from './plane.js';

// Bound once: a look-up of a global for every pixel is slow in some realms (Jest has one).
const { max, min, sqrt, round } = Math;

/** Half the side of the window as a share of the image's side. */
const reach = 0.08;

/** Grey levels below which differences are noise of quantisation. */
const floor = 1;

/**
 * Local normalisation: minus the mean and over the standard deviation of a window around each pixel, which leaves the same
 * of an image whatever light falls on it. Where little is to be seen, a share of the contrast of the whole image stands in
 * for that of the window, so that noise stays small.
 * @returns the plane, and its contrast: the standard deviation about local means in grey levels
 */
export function normalised({ width, height, data }: Plane): { readonly plane: Plane; readonly contrast: number } {
  const radius = max(3, round(reach * sqrt(width * height)));
  const mean = boxMean(data, width, height, radius);
  const result = new Float32Array(data.length);
  const square = new Float32Array(data.length);
  let sum = 0;
  for (let pixel = 0; pixel < data.length; pixel++) {
    const value = (data[pixel] as number) - (mean[pixel] as number);
    result[pixel] = value;
    sum += square[pixel] = value * value;
  }
  const variance = sum / data.length;
  const local = boxMean(square, width, height, radius);
  const least = 0.25 * variance + floor;
  for (let pixel = 0; pixel < data.length; pixel++) {
    result[pixel] = (result[pixel] as number) / sqrt((local[pixel] as number) + least);
  }
  return { plane: { width, height, data: result }, contrast: sqrt(variance) };
}

/** Means over windows of 2 radius + 1 pixels squared, cut off at the edges. */
function boxMean(data: Float32Array, width: number, height: number, radius: number): Float32Array {
  const across = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let sum = 0;
    for (let x = 0; x < min(radius, width); x++) sum += data[row + x] as number;
    for (let x = 0; x < width; x++) {
      if (x + radius < width) sum += data[row + x + radius] as number;
      if (x - radius > 0) sum -= data[row + x - radius - 1] as number;
      across[row + x] = sum / (min(width - 1, x + radius) - max(0, x - radius) + 1);
    }
  }
  const sums = new Float64Array(width);
  const result = new Float32Array(data.length);
  const add = (y: number, sign: number): void => {
    for (let x = 0, at = y * width; x < width; x++, at++) {
      sums[x] = (sums[x] as number) + sign * (across[at] as number);
    }
  };
  for (let y = 0; y < min(radius, height); y++) add(y, 1);
  for (let y = 0; y < height; y++) {
    if (y + radius < height) add(y + radius, 1);
    if (y - radius > 0) add(y - radius - 1, -1);
    const rows = min(height - 1, y + radius) - max(0, y - radius) + 1;
    for (let x = 0, at = y * width; x < width; x++, at++) result[at] = (sums[x] as number) / rows;
  }
  return result;
}
