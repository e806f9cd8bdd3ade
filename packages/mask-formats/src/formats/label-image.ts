/** Masks of several labels in one picture. */
import type { Raster, Skip } from '@foveate/contracts';
import type { Colour } from '../files/indexed-png.js';
import type { Legend } from '../files/legend.js';
import type { OrientedMasks } from '../masks-of.js';
import type { Report } from '../model.js';
import type { LegendEntry } from './format.js';

/** Numbers by pixel: that of the label, 0 for the background; where masks overlap the first counts, which is reported. */
export function numbered(
  { width, height, masks }: OrientedMasks,
  numberOf: (label: string, index: number) => number,
  file: string,
  report: Report | undefined,
): Uint8Array {
  const data = new Uint8Array(width * height);
  let lost = 0;
  for (const [index, { label, mask }] of masks.entries()) {
    const number = numberOf(label, index);
    let empty = true;
    for (let at = 0; at < data.length; at++) {
      if (mask.data[at] === 0) continue;
      empty = false;
      if (data[at] === number) continue;
      if (data[at] === 0) data[at] = number;
      else lost++;
    }
    if (empty) report?.(emptyMaskOf(label, file));
  }
  if (lost > 0) {
    report?.({
      path: file,
      reason: 'masks-overlap',
      message: `Masks overlap in ${lost} pixels, which belong to the first of them in the file`,
    });
  }
  return data;
}

/** What is said of an empty mask that a format cannot hold. */
export function emptyMaskOf(label: string, file: string): Skip {
  return { path: file, reason: 'mask-empty', message: `The empty mask of '${label}' is left out` };
}

/** Numbers to colours. */
export function coloured(data: Uint8Array, { width, height }: OrientedMasks, legend: Legend): Raster {
  const colours = new Map<number, Colour>(legend.entries.map(({ index, colour }) => [index, colour]));
  const pixels = new Uint8Array(data.length * 3);
  for (let at = 0; at < data.length; at++) pixels.set(colours.get(data[at] ?? 0) ?? [0, 0, 0], at * 3);
  return { width, height, channels: 3, data: pixels };
}

/** Labels by pixel, and what colours are not in the legend. */
export interface LabelPixels {
  /** Number of the entry of the legend from 1; 0 for the background. */
  readonly data: Uint16Array;
  /** Pixels of other colours, the most frequent colour first. */
  readonly unknown: readonly { readonly colour: Colour; readonly pixels: number }[];
}

/**
 * Finds each pixel's label by its colour: the nearest of the legend whose channels all differ by at most the tolerance. Black
 * is the background, and so is an entry whose label is empty.
 */
export function labelPixels({ data }: Raster, legend: readonly LegendEntry[], tolerance: number): LabelPixels {
  const numbers = new Uint16Array(data.length / 3);
  const known = new Map<number, number>();
  const unknown = new Map<number, number>();
  for (let pixel = 0; pixel < numbers.length; pixel++) {
    const [red, green, blue] = [data[3 * pixel] ?? 0, data[3 * pixel + 1] ?? 0, data[3 * pixel + 2] ?? 0];
    const key = (red << 16) | (green << 8) | blue;
    let number = known.get(key);
    if (number === undefined) {
      number = nearest([red, green, blue], legend, tolerance);
      known.set(key, number);
    }
    if (number < 0) unknown.set(key, (unknown.get(key) ?? 0) + 1);
    else numbers[pixel] = number;
  }
  return {
    data: numbers,
    unknown: [...unknown]
      .map(([key, pixels]) => ({ colour: [key >> 16, (key >> 8) & 255, key & 255] as const, pixels }))
      .sort((a, b) => b.pixels - a.pixels),
  };
}

/** @returns number of the entry from 1, 0 for the background, -1 for none */
function nearest(colour: Colour, legend: readonly LegendEntry[], tolerance: number): number {
  let [best, number] = [tolerance, -1];
  const differenceTo = (other: Colour) => Math.max(...colour.map((value, at) => Math.abs(value - (other[at] ?? 0))));
  if (differenceTo([0, 0, 0]) <= best) [best, number] = [differenceTo([0, 0, 0]), 0];
  for (const [index, entry] of legend.entries()) {
    if (entry.colour === undefined) continue;
    const difference = differenceTo(entry.colour);
    if (difference > best || (difference === best && number >= 0)) continue;
    [best, number] = [difference, entry.label === '' ? 0 : index + 1];
  }
  return number;
}
