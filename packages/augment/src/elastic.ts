import { hash32, samplingOf } from '@foveate/image';
import type { RowPlaces } from '@foveate/image';
import { z } from 'zod';
import { border, sampledMove } from './_border.js';
import { defineGeometric, probability } from './define.js';
import type { Size } from './define.js';

/** Weights of the four nearest knots of a uniform cubic B-spline, `t` in [0, 1) from the second to the third. */
function splineWeights(t: number): readonly [number, number, number, number] {
  const s = 1 - t;
  return [(s * s * s) / 6, (3 * t * t * t - 6 * t * t + 4) / 6, (3 * s * s * s - 6 * s * s + 4) / 6, (t * t * t) / 6];
}

/** Places moved by a smooth random field: a B-spline over knots that are `spacing` pixels apart and moved at random. */
function displaced({ width }: Size, seed: number, spacing: number, reach: number): RowPlaces {
  const columns = Math.ceil(width / spacing) + 4;
  /** The move of a knot along one axis, uniform in plus or minus `reach`. */
  const knot = (row: number, column: number, axis: 0 | 1) =>
    (hash32(seed, (row * columns + column) * 2 + axis) / 2147483648 - 1) * reach;
  const across = Array.from({ length: width }, (_, x) => {
    const first = Math.floor(x / spacing);
    return { first, weights: splineWeights(x / spacing - first) };
  });
  const along = (moves: Float64Array, x: number) => {
    const { first, weights } = across[x] as (typeof across)[number];
    const at = (k: 0 | 1 | 2 | 3) => weights[k] * (moves[first + k] as number);
    return at(0) + at(1) + at(2) + at(3);
  };
  return (y, places) => {
    const row = Math.floor(y / spacing);
    const weights = splineWeights(y / spacing - row);
    const blended = (axis: 0 | 1) =>
      Float64Array.from({ length: columns }, (_, column) =>
        weights.reduce((sum, weight, k) => sum + weight * knot(row + k, column, axis), 0),
      );
    const [right, down] = [blended(0), blended(1)];
    for (let x = 0; x < width; x++) {
      places[2 * x] = x + along(right, x);
      places[2 * x + 1] = y + along(down, x);
    }
  };
}

/** Bends the image smoothly, as cloth or rubber. Nothing folds over: knots move by less than half their distance. */
export const elastic = defineGeometric({
  id: 'elastic',
  summary: 'Bends smoothly, like cloth.',
  options: z.strictObject({
    spacing: z
      .number()
      .min(0.02)
      .max(1)
      .default(0.15)
      .describe('Distance of the points that are moved, as a share of the shorter side.'),
    strength: z.number().min(0).max(0.45).default(0.2).describe('Largest move, as a share of that distance.'),
    border,
    probability: probability(),
  }),
  draw: (random, options, { width, height }) => {
    const spacing = Math.max(2, options.spacing * Math.min(width, height));
    return { seed: random.uint32(), spacing, reach: options.strength * spacing, border: options.border };
  },
  move: ({ seed, spacing, reach, border: beyond }, size) =>
    sampledMove(samplingOf(size.width, size.height, beyond, displaced(size, seed, spacing, reach))),
});
