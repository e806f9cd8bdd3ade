export { tfjsEngine } from './engine.js';
export { tfjs } from './plugin.js';
