export {
  decodeImage,
  highestInMask,
  readImage,
  readImageAndDepth,
  readMask,
  type DecodeImageOptions,
  type ImageAsRead,
  type ReadImageOptions,
  type ReadLimits,
  type ReadMaskOptions,
} from './decode.js';
export { blended, type Colour } from './blend.js';
export { encodeJpeg, encodePng, writePng } from './encode.js';
export { bytesToUnitFloats } from './bytes.js';
export { connectedParts, connectedTo } from './connected.js';
export { DisjointSets } from './disjoint-sets.js';
export { decoyCover, placeBeside, withDecoy } from './decoy.js';
export { distanceTo } from './distance.js';
export { convolve, throughJpeg, type Kernel } from './filter.js';
export { about, inverse, multiply, squareTo, transformed } from './homography.js';
export { hash32 } from './hash.js';
export { readImageHeader, type ImageHeader } from './header.js';
export { findDuplicates, type Duplicates } from './find-duplicates.js';
export { paintOutside } from './paint-outside.js';
export { fillSmoothly } from './fill-smoothly.js';
export { fingerprint, lookLength } from './fingerprint.js';
export { equalizeLocally } from './equalize-locally.js';
export { lightened } from './light.js';
export { emptyMask, intersectionArea, maskArea, newPixels, pixelsOf, unionOf } from './mask.js';
export { readNetworkInput } from './network-input.js';
export { nearDuplicates, type NearPair } from './near-duplicates.js';
export { withNoise } from './noise.js';
export { drawPolygon, drawRings, fillPolygon, type Point } from './polygon.js';
export { flipHorizontal, flipVertical, quarterTurns, shift } from './rearrange.js';
export { outlinesOf, type Outline } from './outline.js';
export { resize, resizeMask } from './resize.js';
export { keepParts, majority, withoutHoles } from './tidy-mask.js';
export {
  homographySampling,
  samplingOf,
  warpImage,
  warpMask,
  type Border,
  type Homography,
  type RowPlaces,
  type Sampling,
} from './warp.js';
