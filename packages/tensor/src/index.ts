export * from './batch-norm.js';
export * from './check-inputs.js';
export * from './elements.js';
export * from './gradients.js';
export * from './inference-scope.js';
export * from './named.js';
export * from './safetensors.js';
