export { area, type AreaOptions } from './area.js';
export { areaCrossEntropy } from './area-cross-entropy.js';
