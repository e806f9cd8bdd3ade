export { largestDifferences, tolerances } from './compare.js';
export type { ExportParts, Precision } from './export-parts.js';
export { exportFiles, exportFormats, type ExportFormat } from './files.js';
export { inferenceProgram, type InferenceParts } from './inference-program.js';
export { exportOnnx, onnxGraph } from './onnx.js';
export { exportReadme, type ReadmeParts } from './readme.js';
