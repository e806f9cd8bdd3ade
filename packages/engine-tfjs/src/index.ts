export { loadTfjsEngine, tfjsBackends, type TfjsBackend, type TfjsEngineOptions } from './backends.js';
export { tfjsEngine } from './engine.js';
export type { NativeSurroundings } from './native.js';
export { tfjs } from './plugin.js';
