/** A trained model as files, by format. */
import { encodeSafetensors } from '@foveate/tensor';
import type { ExportParts } from './export-parts.js';
import type { ExportFormat } from './formats.js';
import { exportOnnx } from './onnx.js';
import { exportTfjs } from './tfjs/index.js';

const writers: Readonly<Record<ExportFormat, (parts: ExportParts) => Readonly<Record<string, Uint8Array>>>> = {
  onnx: (parts) => ({ 'model.onnx': exportOnnx(parts) }),
  tfjs: exportTfjs,
  // Weights alone: names, shapes and filters in the order HWIO, as the model declares them.
  safetensors: ({ variables, metadata }) => ({ 'model.safetensors': encodeSafetensors(variables, metadata) }),
};

/**
 * @returns content by file name; equal parts give equal bytes
 * @throws FoveateError `ENGINE_UNSUPPORTED` when the format cannot hold the model
 */
export function exportFiles(format: ExportFormat, parts: ExportParts): Readonly<Record<string, Uint8Array>> {
  return writers[format](parts);
}
