export { ce } from './ce.js';
export { focal, type FocalOptions } from './focal.js';
