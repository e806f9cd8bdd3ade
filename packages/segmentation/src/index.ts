/** Trains networks that mark areas of images. */
export type { TrainingImage } from './training-image.js';
export { segmenterFile, trainSegmenter, type TrainSegmenterOptions } from './train-segmenter.js';
export { segmenterRunFile, type SegmenterRun } from './segmenter-run.js';
export { segmentationSettings, type SegmentationSettings } from './settings.js';
