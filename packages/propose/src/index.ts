/** Image in, masks out: a trained segmenter without trainer, data sets and tensors library. */
export {
  openSegmenter,
  type Proposals,
  type AreaProposal,
  type Segmenter,
  type SegmenterOptions,
} from './segmenter.js';
export { finishedMask, maskFinish, type MaskFinish } from './finish.js';
export { networkAoi } from './network-aoi.js';
export { requireAreas } from './require-areas.js';
