/** What images are told apart by, and found alike: a digest of the pixels and the low frequencies of brightness. */
import { createHash } from 'node:crypto';
import type { Fingerprint, Raster } from '@foveate/contracts';

const side = 32;
const frequencies = 12;

/** Length of {@link Fingerprint.look}. */
export const lookLength = frequencies * frequencies - 1;

/**
 * The fingerprint of an image. Its look is the lowest 12 x 12 coefficients of the discrete cosine transform of the image's
 * brightness at 32 x 32 pixels (as in pHash; Zauner, "Implementation and benchmarking of perceptual image hash
 * functions", 2010), without the mean and scaled to unit length: brighter, more contrasted, resized and compressed copies
 * have nearly the same.
 */
export function fingerprint(image: Raster): Fingerprint {
  const { width, height, channels, data } = image;
  const digest = createHash('sha256').update(`${width}x${height}x${channels}`).update(data).digest('hex');
  return { pixels: digest, look: lookOf(thumbnail(image)) };
}

/** Brightness (BT.601) as the exact mean over each of 32 x 32 equal cells, up to a common factor. */
function thumbnail({ width, height, channels, data }: Raster): Float64Array {
  // Sums over the rows above, of each column of cells.
  const above = new Float64Array((height + 1) * side);
  const left = new Float64Array(width + 1);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += channels) {
      const value = data[at] ?? 0;
      const grey = channels === 1 ? value : 0.299 * value + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);
      left[x + 1] = (left[x] ?? 0) + grey;
    }
    const row = between(left, width, 1, 0);
    for (let cell = 0; cell < side; cell++) {
      above[(y + 1) * side + cell] = (above[y * side + cell] ?? 0) + (row[cell] ?? 0);
    }
  }
  const cells = new Float64Array(side * side);
  for (let column = 0; column < side; column++) {
    for (const [row, value] of between(above, height, side, column).entries()) cells[row * side + column] = value;
  }
  return cells;
}

/** Differences of running sums at the borders of 32 equal cells, interpolated where a border cuts a pixel. */
function between(sums: Float64Array, length: number, stride: number, offset: number): Float64Array {
  const at = (position: number): number => {
    const whole = Math.min(length - 1, Math.floor(position));
    const low = sums[whole * stride + offset] ?? 0;
    const high = sums[(whole + 1) * stride + offset] ?? 0;
    return low + (position - whole) * (high - low);
  };
  return Float64Array.from(
    { length: side },
    (_, cell) => at(((cell + 1) * length) / side) - at((cell * length) / side),
  );
}

const cosines = Array.from({ length: frequencies }, (_, k) =>
  Float64Array.from({ length: side }, (_value, i) => Math.cos((Math.PI * k * (2 * i + 1)) / (2 * side))),
);

function lookOf(cells: Float64Array): Float32Array {
  const rows = cosines.map((wave) =>
    Float64Array.from({ length: side }, (_, y) => wave.reduce((sum, c, x) => sum + c * (cells[y * side + x] ?? 0), 0)),
  );
  const all = cosines.flatMap((wave) => rows.map((row) => wave.reduce((sum, c, y) => sum + c * (row[y] ?? 0), 0)));
  const contrast = all.slice(1);
  const length = Math.hypot(...contrast);
  // Rounding leaves a trace of contrast in an even image.
  const even = length <= 1e-9 * Math.abs(all[0] ?? 0);
  return Float32Array.from(contrast, (value) => (even || length === 0 ? 0 : value / length));
}
