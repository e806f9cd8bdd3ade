/** Formats a trained model can be exported to. */
export const exportFormats = ['onnx', 'tfjs', 'safetensors'] as const;

/** One of {@link exportFormats}. */
export type ExportFormat = (typeof exportFormats)[number];
