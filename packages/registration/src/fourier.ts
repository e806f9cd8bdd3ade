import FFT from 'fft.js';
import type { Size } from './similarity.js';

/**
 * Fourier transforms of planes whose sides are powers of two. Values are complex and interleaved. Spectra are kept column by
 * column, which spares turning them round twice.
 */
export class Fourier implements Size {
  readonly width: number;
  readonly height: number;
  readonly #rows: FFT;
  readonly #columns: FFT;
  readonly #turned: Float64Array;

  constructor(width: number, height: number) {
    [this.width, this.height] = [width, height];
    [this.#rows, this.#columns] = [new FFT(width), new FFT(height)];
    this.#turned = new Float64Array(2 * width * height);
  }

  /** Memory for a plane. */
  plane(): Float64Array {
    return new Float64Array(2 * this.width * this.height);
  }

  /** The spectrum of a plane, in new memory. Rows of zeros cost nothing. */
  forward(plane: Float64Array): Float64Array {
    const { width, height } = this;
    const row = new Float64Array(2 * width);
    const turned = this.#turned.fill(0);
    for (let y = 0; y < height; y++) {
      const values = plane.subarray(2 * width * y, 2 * width * (y + 1));
      if (isZero(values)) continue;
      this.#rows.transform(row, values);
      for (let x = 0; x < width; x++) {
        turned[2 * (x * height + y)] = row[2 * x] as number;
        turned[2 * (x * height + y) + 1] = row[2 * x + 1] as number;
      }
    }
    const spectrum = this.plane();
    for (let at = 0; at < turned.length; at += 2 * height) {
      this.#columns.transform(spectrum.subarray(at, at + 2 * height), turned.subarray(at, at + 2 * height));
    }
    return spectrum;
  }

  /** The plane of a spectrum, of its rows y with |y| <= `reach` (modulo the height) only; others stay as they are. */
  inverse(spectrum: Float64Array, reach: number, plane: Float64Array): void {
    const { width, height } = this;
    const turned = this.#turned;
    for (let at = 0; at < turned.length; at += 2 * height) {
      this.#columns.inverseTransform(turned.subarray(at, at + 2 * height), spectrum.subarray(at, at + 2 * height));
    }
    const row = new Float64Array(2 * width);
    for (let y = 0; y < height; y++) {
      if (Math.min(y, height - y) > reach) continue;
      for (let x = 0; x < width; x++) {
        row[2 * x] = turned[2 * (x * height + y)] as number;
        row[2 * x + 1] = turned[2 * (x * height + y) + 1] as number;
      }
      this.#rows.inverseTransform(plane.subarray(2 * width * y, 2 * width * (y + 1)), row);
    }
  }
}

function isZero(values: Float64Array): boolean {
  for (const value of values) if (value !== 0) return false;
  return true;
}

/** The smallest power of two that is at least `length`, and at least 2. */
export function powerOfTwo(length: number): number {
  return 2 ** Math.max(1, Math.ceil(Math.log2(length)));
}
