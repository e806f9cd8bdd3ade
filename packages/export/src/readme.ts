/** What stands beside an exported model: how it is run. */
import type { OutsideFill } from '@foveate/contracts';
import type { ExportFormat } from './formats.js';
import type { InferenceParts } from './inference-program.js';
import type { Precision } from './export-parts.js';
import { onnxExamples } from './readme-onnx.js';
import { code } from './text.js';

/** What the text is about. */
export interface ReadmeParts extends Pick<InferenceParts, 'normalise'> {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  readonly precision: Precision;
  readonly heatmap: boolean;
  /** Score from which the run calls a part defective. */
  readonly threshold: number;
  /** Values of 16-bit images that the run made black and white; undefined: all of 0 to 65535. */
  readonly valueRange?: readonly [number, number] | undefined;
  /** What the run painted outside of areas of interest; undefined: nothing. */
  readonly outside?: OutsideFill | undefined;
}

const fills: Readonly<Record<OutsideFill, string>> = {
  mean: 'with the mean colour of the area at that size',
  grey: 'grey, 128',
  black: 'black',
};

/** README.md of an export. */
export function exportReadme(format: ExportFormat, parts: ReadmeParts): string {
  return `${[`# ${parts.name}`, contract(format, parts), ...examples[format](parts)].join('\n\n')}\n`;
}

function contract(format: ExportFormat, parts: ReadmeParts): string {
  const { height, width, normalise, heatmap, threshold, precision, valueRange, outside } = parts;
  if (format === 'safetensors')
    return 'The weights of the model: convolution filters in the order height, width, in, out; dense kernels in, out.';
  const pixels = normalise ? 'whole numbers from 0 to 255' : 'numbers from 0 to 1 (the byte divided by 255)';
  const lines = [
    `Input \`images\` [batch, ${String(height)}, ${String(width)}, 3]: sRGB, rows from the top, ${pixels}. Scale the image to that size`,
    'without keeping its proportions, with Lanczos, after turning it upright, making it 8-bit sRGB and putting what is transparent',
    'on black. All other preprocessing is inside.',
    ...(outside === undefined
      ? []
      : [
          `Then paint over what lies outside of the area of interest, ${fills[outside]}: the model was trained on such images alone.`,
          'The programs below do not; `openPredictor` of `@foveate/predict` does, for frames with their `aoi`.',
        ]),
    ...(valueRange === undefined
      ? []
      : [
          `Of 16-bit images the values ${valueRange.join(' to ')} become 0 to 255, as in the run; of the programs below only`,
          'that with `readNetworkInput` does it by itself.',
        ]),
    '',
    `- \`score\` [batch]: probability that the part is defective, 0 to 1; the run calls it so from ${String(threshold)} on`,
    '- `logits` [batch, 2]: before softmax; good, defective',
    ...(heatmap
      ? [`- \`heatmap\` [batch, ${String(height)}, ${String(width)}]: Grad-CAM, at least 0, not scaled`]
      : []),
    ...(precision === 'float16' ? ['', 'Weights are in half precision.'] : []),
  ];
  return lines.join('\n');
}

const examples: Readonly<Record<ExportFormat, (parts: ReadmeParts) => readonly string[]>> = {
  onnx: onnxExamples,
  tfjs: ({ height, width, normalise }) => [
    'In the browser. This scales bilinearly: on photographs that became 112 and 224 pixels wide, bytes are 1 to 4.4 of 255' +
      ' off on average, and up to 100 at sharp edges. Where that matters, scale images beforehand, by area or Lanczos.',
    code('js', [
      "import * as tf from '@tensorflow/tfjs';",
      "const model = await tf.loadGraphModel('model.json');",
      `const image = tf.image.resizeBilinear(tf.browser.fromPixels(document.querySelector('img')), [${String(height)}, ${String(width)}], false, true);`,
      `const images = tf.expandDims(${normalise ? "tf.cast(tf.round(image), 'int32')" : 'tf.div(image, 255)'});`,
      "console.log(await model.execute({ images }, 'score').data());",
    ]),
  ],
  safetensors: () => [
    code('python', [
      'from safetensors.numpy import load_file',
      'for name, values in load_file("model.safetensors").items(): print(name, values.shape)',
    ]),
  ],
};
