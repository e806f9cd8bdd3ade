export { onnxEngine, type OnnxEngineOptions } from './engine.js';
export { onnx } from './plugin.js';
export { createRunner, type Runner } from './runner.js';
