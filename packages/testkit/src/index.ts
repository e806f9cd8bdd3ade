export * from './finite-differences.js';
export * from './parity.js';
