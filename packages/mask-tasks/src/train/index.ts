/** Trains segmentation networks on the masks of a store. */
export { readSegmenterConfig, type SegmenterConfig } from './segmenter-config.js';
export { trainMasks, type TrainMasksOptions } from './train-masks.js';
export type { MarkedOptions } from './marked-images.js';
