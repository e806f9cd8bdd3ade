/** Optimizers: plugins, and the update rules behind them. */
export { adam, adamOptimizer, adamw, adamwOptimizer } from './adam.js';
export { adamax, adamaxOptimizer } from './adamax.js';
export { sgd, sgdOptimizer } from './sgd.js';
