export { ceod, type CeodOptions } from './ceod.js';
export { ceodV2, type CeodV2Options } from './ceod-v2.js';
export { filteredMask, hottestPixels, overlapDistance } from './overlap.js';
export { fallingMask, smoothOverlapDistance } from './smooth-overlap.js';
