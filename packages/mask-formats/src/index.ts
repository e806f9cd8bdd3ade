export { coco } from './formats/coco.js';
export * from './model.js';
