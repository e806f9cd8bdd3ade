export * from './adamax.js';
export { batchTensors, stepTensors } from './batch-tensors.js';
export { checkpointPath, loadModelState, readLast, type Checkpoint } from './checkpoint.js';
export * from './evaluate-program.js';
export * from './evaluate.js';
export type { TrainingProgress } from './progress.js';
export * from './sgd.js';
export * from './train-step-program.js';
export * from './train.js';
