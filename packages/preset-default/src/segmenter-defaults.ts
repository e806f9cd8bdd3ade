/**
 * The plugins of a segmenter's training where nobody chose others: ten masks of drawn zippers suffice them. Numbers of the
 * training itself have defaults of their own, in `@foveate/segmentation`.
 */
export const segmenterDefaults = {
  segmenter: { id: 'unet' },
  loss: { id: 'dice-ce' },
  optimizer: { id: 'adam', learningRate: 0.01 },
  augment: [
    { id: 'flip-horizontal' },
    { id: 'flip-vertical' },
    { id: 'rotate-90' },
    { id: 'affine', rotate: 15, scale: 0.15 },
    { id: 'brightness-contrast', brightness: 0.25, contrast: 0.4 },
    { id: 'gamma' },
    { id: 'hue-saturation', hue: 90, saturation: 0.5 },
    { id: 'noise', probability: 0.3 },
  ],
  engine: { id: 'onnx' },
} as const;
