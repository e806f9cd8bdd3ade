/** Metric plugins. What they compute with lives in `@foveate/statistics`. */
export { aoiShare } from './aoi-share.js';
export { calibration } from './calibration.js';
export { classification } from './classification.js';
export { defectTypes } from './defect-types.js';
export { ranking } from './ranking.js';
export { rates } from './rates.js';
export { worstGroup } from './worst-group.js';
