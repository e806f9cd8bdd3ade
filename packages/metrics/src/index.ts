/** Metric plugins. What they compute with lives in `@foveate/statistics`. */
export { aoiShare } from './aoi-share.js';
export { classification } from './classification.js';
export { worstGroup } from './worst-group.js';
