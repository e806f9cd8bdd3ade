/** Noisy linear imputation: what stands in place of removed pixels, so that their shape says as little as they do. */
import type { Raster, RandomStream } from '@foveate/contracts';

/** Neighbours of a pixel and what they count (Rong et al. 2022, section 5): those beside it twice as much as the diagonal ones. */
const neighbours = [-1, 0, 1].flatMap((dy) =>
  [-1, 0, 1].flatMap((dx) => (dx === 0 && dy === 0 ? [] : [{ dx, dy, weight: dx === 0 || dy === 0 ? 1 / 6 : 1 / 12 }])),
);

/** Standard deviation of the noise, of 255. */
const noise = 0.01 * 255;

/** Where the iteration ends: the root mean square of what the equations lack, of 255. */
const tolerance = 0.01;
const mostSteps = 300;

/**
 * Removed pixels become the weighted mean of their neighbours, removed ones among them: one linear system for each channel,
 * solved by conjugate gradients. Then noise is added to them.
 * @param removed 1 for a pixel that is removed, else 0; where all are, they become the mean colour
 */
export function impute(image: Raster, removed: Uint8Array, random: RandomStream): Raster {
  const { width, height, channels } = image;
  const data = image.data.slice();
  const unknown = Uint32Array.from(removed.keys()).filter((pixel) => removed[pixel] === 1);
  const isAll = unknown.length === removed.length;
  for (let channel = 0; channel < channels; channel++) {
    const plane = Float64Array.from(removed, (_, pixel) => image.data[pixel * channels + channel] as number);
    const mean = plane.reduce((sum, value) => sum + value, 0) / plane.length;
    for (const pixel of unknown) plane[pixel] = mean;
    if (!isAll) solve(plane, unknown, removed, { width, height });
    for (const pixel of unknown)
      data[pixel * channels + channel] = Math.max(
        0,
        Math.min(255, Math.round((plane[pixel] as number) + noise * random.normal())),
      );
  }
  return { ...image, data };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Solves for the unknown pixels of `plane` in place, from the values they have. */
function solve(plane: Float64Array, unknown: Uint32Array, removed: Uint8Array, size: Size): void {
  // The residual of the equations sum_j w_ij (x_i - x_j) = 0; symmetric and positive definite in the unknown.
  const lacking = (x: Float64Array, into: Float64Array) => {
    for (const pixel of unknown) into[pixel] = difference(x, pixel, size);
  };
  const dot = (a: Float64Array, b: Float64Array) =>
    unknown.reduce((sum, p) => sum + (a[p] as number) * (b[p] as number), 0);
  const [residual, image] = [new Float64Array(plane.length), new Float64Array(plane.length)];
  lacking(plane, residual);
  for (const pixel of unknown) residual[pixel] = -(residual[pixel] as number);
  // Zero where pixels are known: no step changes those.
  const direction = Float64Array.from(residual, (value, pixel) => (removed[pixel] === 1 ? value : 0));
  let square = dot(residual, residual);
  for (let step = 0; step < mostSteps && square > tolerance ** 2 * unknown.length; step++) {
    lacking(direction, image);
    const length = square / dot(direction, image);
    for (const pixel of unknown) {
      plane[pixel] = (plane[pixel] as number) + length * (direction[pixel] as number);
      residual[pixel] = (residual[pixel] as number) - length * (image[pixel] as number);
    }
    const next = dot(residual, residual);
    for (const pixel of unknown)
      direction[pixel] = (residual[pixel] as number) + (next / square) * (direction[pixel] as number);
    square = next;
  }
}

/** sum_j w_ij (x_i - x_j) over the neighbours j of pixel i that lie in the image. */
function difference(x: Float64Array, pixel: number, { width, height }: Size): number {
  const [row, column] = [Math.floor(pixel / width), pixel % width];
  let sum = 0;
  for (const { dx, dy, weight } of neighbours) {
    if (row + dy < 0 || row + dy >= height || column + dx < 0 || column + dx >= width) continue;
    sum += weight * ((x[pixel] as number) - (x[pixel + dy * width + dx] as number));
  }
  return sum;
}
