export { largestDifferences, tolerances } from './compare.js';
export { exportFiles, exportFormats, type ExportFormat, type ExportParts } from './files.js';
export { inferenceProgram, type InferenceParts } from './inference-program.js';
export { exportOnnx, onnxGraph, type OnnxExport, type Precision } from './onnx.js';
export { exportReadme, type ReadmeParts } from './readme.js';
