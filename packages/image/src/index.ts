export { readImage, readMask, type ReadImageOptions, type ReadMaskOptions } from './decode.js';
export { encodeJpeg, encodePng, writePng } from './encode.js';
export { emptyMask, intersectionArea, maskArea } from './mask.js';
export { fillPolygon, type Point } from './polygon.js';
export { flipHorizontal, flipVertical, shift } from './rearrange.js';
export { resize, resizeMask } from './resize.js';
