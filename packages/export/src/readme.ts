/** What stands beside an exported model: how it is run. */
import type { ExportFormat } from './files.js';
import type { InferenceParts } from './inference-program.js';
import type { Precision } from './export-parts.js';

/** What the text is about. */
export interface ReadmeParts extends Pick<InferenceParts, 'normalise'> {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  readonly precision: Precision;
  readonly heatmap: boolean;
}

/** README.md of an export. */
export function exportReadme(format: ExportFormat, parts: ReadmeParts): string {
  return `${[`# ${parts.name}`, contract(format, parts), ...examples[format](parts)].join('\n\n')}\n`;
}

function contract(format: ExportFormat, { height, width, normalise, heatmap, precision }: ReadmeParts): string {
  if (format === 'safetensors')
    return 'The weights of the model: convolution filters in the order height, width, in, out; dense kernels in, out.';
  const pixels = normalise ? 'whole numbers from 0 to 255' : 'numbers from 0 to 1 (the byte divided by 255)';
  const lines = [
    `Input \`images\` [batch, ${String(height)}, ${String(width)}, 3]: sRGB, rows from the top, ${pixels}. Scale the image to that size`,
    'without keeping its proportions, after turning it upright; the model was trained with Lanczos scaling. All other',
    'preprocessing is inside.',
    '',
    '- `score` [batch]: probability that the part is defective, 0 to 1',
    '- `logits` [batch, 2]: before softmax; good, defective',
    ...(heatmap
      ? [`- \`heatmap\` [batch, ${String(height)}, ${String(width)}]: Grad-CAM, at least 0, not scaled`]
      : []),
    ...(precision === 'float16' ? ['', 'Weights are in half precision.'] : []),
  ];
  return lines.join('\n');
}

const code = (language: string, lines: readonly string[]): string => ['```' + language, ...lines, '```'].join('\n');

const examples: Readonly<Record<ExportFormat, (parts: ReadmeParts) => readonly string[]>> = {
  onnx: ({ height, width, normalise }) => {
    const shape = `1, ${String(height)}, ${String(width)}, 3`;
    const size = `${String(width)}, ${String(height)}`;
    return [
      code('js', [
        "import { InferenceSession, Tensor } from 'onnxruntime-node';",
        "import sharp from 'sharp';",
        `const image = sharp('part.png').rotate().resize(${size}, { fit: 'fill' }).removeAlpha().toColourspace('srgb');`,
        normalise
          ? `const images = new Tensor('uint8', new Uint8Array(await image.raw().toBuffer()), [${shape}]);`
          : `const images = new Tensor('float32', Float32Array.from(await image.raw().toBuffer(), (v) => v / 255), [${shape}]);`,
        "const { score } = await (await InferenceSession.create('model.onnx')).run({ images });",
        'console.log(score.data[0]);',
      ]),
      code('python', [
        'import numpy, onnxruntime',
        'from PIL import Image, ImageOps',
        `image = ImageOps.exif_transpose(Image.open("part.png")).convert("RGB").resize((${size}), Image.LANCZOS)`,
        `images = numpy.asarray(image)[None]${normalise ? '' : '.astype("float32") / 255'}`,
        'print(onnxruntime.InferenceSession("model.onnx").run(["score"], {"images": images})[0])',
      ]),
      code('cpp', [
        '#include <onnxruntime_cxx_api.h>',
        `float score(${normalise ? 'std::uint8_t' : 'float'}* pixels) {  // ${String(height)} x ${String(width)} x 3`,
        '  static Ort::Env env;',
        '  static Ort::Session session(env, ORT_TSTR("model.onnx"), Ort::SessionOptions{});',
        `  const int64_t shape[] = {${shape}};`,
        '  auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);',
        `  auto images = Ort::Value::CreateTensor(memory, pixels, ${String(height * width * 3)}, shape, 4);`,
        '  const char* in[] = {"images"}; const char* out[] = {"score"};',
        '  return session.Run(Ort::RunOptions{}, in, &images, 1, out, 1)[0].GetTensorData<float>()[0];',
        '}',
      ]),
    ];
  },
  tfjs: ({ height, width, normalise }) => [
    code('js', [
      "import * as tf from '@tensorflow/tfjs';",
      "const model = await tf.loadGraphModel('model.json');",
      `const image = tf.image.resizeBilinear(tf.browser.fromPixels(document.querySelector('img')), [${String(height)}, ${String(width)}]);`,
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
