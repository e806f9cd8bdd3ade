export { consistency, type ConsistencyOptions } from './consistency.js';
export { disturbed, type Disturbance } from './disturbed.js';
export { divergence, type DivergenceMeasure } from './divergence.js';
