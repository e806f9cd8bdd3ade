export { buildPlugin, type BuildSetting } from './build-plugin.js';
export * from './finite-differences.js';
export * from './loss-case.js';
export * from './parity.js';
