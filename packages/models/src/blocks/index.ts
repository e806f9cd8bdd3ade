/** What the architectures are made of: layers that declare their variables, for models of one's own. */
export * from './activation.js';
export { batchNorm } from './batch-norm.js';
export * from './conv-norm.js';
export * from './convolution.js';
export * from './dense.js';
export * from './inverted-residual.js';
export * from './encoder-decoder.js';
export * from './noise.js';
export * from './normalise.js';
export * from './scaling.js';
export * from './squeeze-excitation.js';
export * from './stages.js';
export * from './variables.js';
