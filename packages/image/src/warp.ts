/**
 * Moves of pixels to places between pixels. Where each pixel comes from is worked out once, as a {@link Sampling}, and
 * then applied to an image (bilinear) and to its masks (nearest neighbour), so that they cannot drift apart by more than
 * the half pixel of rounding. Coordinates are in pixels, (0, 0) the centre of the top left pixel, x to the right, y down.
 */
import type { Mask, PixelMemory, Raster } from '@foveate/contracts';
import { Kernels } from './_kernels.js';
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

/** Where each pixel of a raster comes from. Holds until the next sampling is made in this thread. */
export interface Sampling {
  /** Of the result, and of the source. */
  readonly width: number;
  readonly height: number;
}

/** Writes where the pixels of row `y` come from into `places`: x and y of the first, x and y of the second, and so on. */
export type RowPlaces = (y: number, places: Float64Array) => void;

/** Numbers of the borders in the kernels. */
const borders: Readonly<Record<Border, number>> = { constant: 0, reflect: 1, edge: 2 };

/** Has the last sampling in its memory: half a megabyte, which costs more to allocate than to fill. */
const kernels = new Kernels();
let current: Sampling | undefined;

/** Addresses of the sampling, of the places of a row and, where rasters are to be moved, of source and result. */
function layOut({ width, height }: Sampling, channels = 0): readonly [number, number, number, number] {
  const bytes = width * height * channels;
  // Below the last row of the source another is read, and weighs nothing.
  const source = bytes + width * channels;
  return kernels.layOut(8 * width * height, 16 * width, source, bytes) as [number, number, number, number];
}

/** Memory for a sampling; the last one is no more. */
function begin(width: number, height: number) {
  current = undefined;
  const sampling: Sampling = { width, height };
  const [into, row] = layOut(sampling);
  return { sampling, into, row };
}

/** A sampling from the places of its pixels, row by row. */
export function samplingOf(width: number, height: number, border: Border, places: RowPlaces): Sampling {
  const { sampling, into, row } = begin(width, height);
  for (let y = 0; y < height; y++) {
    places(y, kernels.doubles(row, 2 * width));
    kernels.run.sampleRow(into + 8 * width * y, row, width, height, borders[border]);
  }
  return (current = sampling);
}

/** The sampling of a homography. */
export function homographySampling(width: number, height: number, border: Border, matrix: Homography): Sampling {
  const { sampling, into, row } = begin(width, height);
  for (let y = 0; y < height; y++) {
    kernels.run.placesOfRow(row, width, y, ...matrix);
    kernels.run.sampleRow(into + 8 * width * y, row, width, height, borders[border]);
  }
  return (current = sampling);
}

/**
 * The image under a sampling, bilinear.
 * @param memory for the result; without it new memory
 * @throws Error when another sampling has been made since, or has another size
 */
export function warpImage(image: Raster, sampling: Sampling, memory: PixelMemory = newPixels): Raster {
  const { interpolateColour, interpolateGrey } = kernels.run;
  return moved(image, sampling, image.channels === 3 ? interpolateColour : interpolateGrey, memory);
}

/**
 * The mask under a sampling, nearest neighbour.
 * @param memory for the result; without it new memory
 * @throws Error when another sampling has been made since, or has another size
 */
export function warpMask(mask: Mask, sampling: Sampling, memory: PixelMemory = newPixels): Mask {
  return moved(mask, sampling, kernels.run.gather, memory);
}

type Mover = (into: number, from: number, sampling: number, width: number, pixels: number) => void;

function moved<R extends Raster>(raster: R, sampling: Sampling, move: Mover, memory: PixelMemory): R {
  if (sampling !== current) throw new Error('This sampling has been overwritten: warp before the next one is made');
  const { width, height, channels, data } = raster;
  if (width !== sampling.width || height !== sampling.height) {
    throw new Error(`A sampling of ${sampling.width}x${sampling.height} pixels cannot move ${width}x${height}`);
  }
  const [at, , from, into] = layOut(sampling, channels);
  kernels.bytes(from, data.length).set(data);
  move(into, from, at, width, width * height);
  const result = memory(data.length);
  result.set(kernels.bytes(into, data.length));
  return { ...raster, data: result };
}
