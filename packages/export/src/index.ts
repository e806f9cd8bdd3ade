export { largestDifferences, tolerances } from './compare.js';
export type { ExportParts, Precision } from './export-parts.js';
export { exportFiles } from './files.js';
export { exportFormats, type ExportFormat } from './formats.js';
export { inferenceProgram, type InferenceParts } from './inference-program.js';
export { exportOnnx, onnxGraph } from './onnx.js';
export { exportProgram, type ImageProgram } from './program-graph.js';
export { exportReadme, type ReadmeParts } from './readme.js';
