/** The part of fft.js that is used here; the package brings no types. */
declare module 'fft.js' {
  /** Transforms of one length, a power of two above 1. Complex numbers lie interleaved: real, imaginary, real, … */
  export default class FFT {
    constructor(size: number);
    transform(out: Float64Array, data: Float64Array): void;
    inverseTransform(out: Float64Array, data: Float64Array): void;
  }
}
