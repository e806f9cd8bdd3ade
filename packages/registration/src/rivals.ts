import type { Candidate } from './coarse-search.js';
import { Fourier, powerOfTwo } from './fourier.js';
import type { Plane } from './plane.js';
import { inverted, type Similarity } from './similarity.js';

// Bound once: a look-up of a global for every pixel is slow in some realms (Jest has one).
const { floor, hypot, abs } = Math;

/** Largest shift looked at, as a share of the image's sides. */
const reach = 0.4;
/** Pixels around the middle in which every peak is the fit itself. */
const nearest = 2.5;

/**
 * Other shifts at which a reference that has been laid over an image fits too, as with patterns that repeat themselves:
 * the highest peaks of their correlation, for each pixel of overlap.
 * @param count peaks at most
 * @returns transforms without the one given, best first; scores compare with each other only
 */
export function rivalShifts(reference: Plane, image: Plane, fit: Similarity, count: number): readonly Candidate[] {
  const { width, height } = image;
  const reaches = [floor(reach * width), floor(reach * height)] as const;
  const fourier = new Fourier(powerOfTwo(width + reaches[0] + 1), powerOfTwo(height + reaches[1] + 1));
  const surface = fourier.plane();
  fourier.inverse(ownProduct(fourier.forward(drawn(reference, image, fit, fourier)), fourier), reaches[1], surface);
  const at = (x: number, y: number): number =>
    surface[
      2 * (((y + fourier.height) % fourier.height) * fourier.width + ((x + fourier.width) % fourier.width))
    ] as number;
  const found: Candidate[] = [];
  for (let y = -reaches[1]; y <= reaches[1]; y++) {
    for (let x = -reaches[0]; x <= reaches[0]; x++) {
      const value = at(x, y);
      if (value <= 0 || hypot(x, y) < nearest) continue;
      if (value < at(x - 1, y) || value < at(x + 1, y) || value < at(x, y - 1) || value < at(x, y + 1)) continue;
      const overlap = (1 - abs(x) / width) * (1 - abs(y) / height);
      found.push({ similarity: { ...fit, u: fit.u + x, v: fit.v + y }, score: value / overlap });
    }
  }
  return found.sort((one, other) => other.score - one.score).slice(0, count);
}

/** The image as real part and the reference, laid over it, as imaginary part. */
function drawn(reference: Plane, image: Plane, fit: Similarity, fourier: Fourier): Float64Array {
  const plane = fourier.plane();
  const { a, b, u, v } = inverted(fit);
  const { width, height, data } = reference;
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) {
      const into = 2 * (y * fourier.width + x);
      plane[into] = image.data[y * image.width + x] as number;
      // The nearest pixel will do: who refines what is found here interpolates.
      const column = floor(a * (x + 0.5) - b * (y + 0.5) + u);
      const row = floor(b * (x + 0.5) + a * (y + 0.5) + v);
      if (column < 0 || row < 0 || column >= width || row >= height) continue;
      plane[into + 1] = data[row * width + column] as number;
    }
  }
  return plane;
}

/** Of the spectrum of I + iR with real planes: the spectrum of the correlation of I with R. */
function ownProduct(packed: Float64Array, { width, height }: Fourier): Float64Array {
  const product = new Float64Array(packed.length);
  for (let x = 0; x < width; x++) {
    const mirrorX = (width - x) & (width - 1);
    for (let y = 0; y < height; y++) {
      const at = 2 * (x * height + y);
      const mirror = 2 * (mirrorX * height + ((height - y) & (height - 1)));
      const [re, im] = [packed[at] as number, packed[at + 1] as number];
      const [mirrorRe, mirrorIm] = [packed[mirror] as number, packed[mirror + 1] as number];
      // Real planes have spectra that are conjugate under k -> -k, which takes the two apart.
      const [imageRe, imageIm] = [0.5 * (re + mirrorRe), 0.5 * (im - mirrorIm)];
      const [referenceRe, referenceIm] = [0.5 * (im + mirrorIm), 0.5 * (mirrorRe - re)];
      product[at] = imageRe * referenceRe + imageIm * referenceIm;
      product[at + 1] = imageIm * referenceRe - imageRe * referenceIm;
    }
  }
  return product;
}
