export { onnxEngine, openOnnxEngine, type OnnxEngineOptions, type OpenOnnxEngineOptions } from './engine.js';
export { onnx } from './plugin.js';
export { providers, type Provider } from './providers.js';
export { createRunner, type Runner } from './runner.js';
