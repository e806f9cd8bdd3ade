export { gradientOutside, type Explained } from './gradient-outside.js';
export { rrr, type RrrOptions } from './rrr.js';
