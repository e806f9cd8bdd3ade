export { ceod, type CeodOptions } from './ceod.js';
export { filteredMask, hottestPixels, overlapDistance } from './overlap.js';
