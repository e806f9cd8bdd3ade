export { aoiL1, type AoiL1Options } from './aoi-l1.js';
export { heatDifference } from './heat-difference.js';
