export { energy, type EnergyOptions } from './energy.js';
export { heatOutside, type HeatMeasure } from './heat-outside.js';
