/** Observers of runs: learning curves as files that other programs read. */
export { csv, jsonl } from './tables.js';
export { tensorboard } from './tensorboard.js';
