/** Programs that run an exported ONNX file: the pixels are those of the run, byte for byte where that is possible. */
import type { ReadmeParts } from './readme.js';
import { code } from './text.js';

/** How to run it from Node, Python and C++. */
export function onnxExamples(parts: ReadmeParts): readonly string[] {
  return [
    'From Node, `node score.mjs part.jpg …`. The pixels are those that the run sees:',
    nodeProgram(parts, {
      imports: ["import { readNetworkInput } from '@foveate/image';"],
      body: [`  const { data } = await readNetworkInput(file, ${sizeOf(parts)}${rangeOf(parts)});`],
    }),
    'The same with sharp alone, for all formats but BMP. In one pipeline sharp would scale a JPEG down while decoding it,' +
      ' and resize before it converts colours: other pixels, other scores.',
    nodeProgram(parts, {
      imports: ["import sharp from 'sharp';"],
      body: [
        '  const whole = await sharp(file, { autoOrient: true })',
        "    .flatten({ background: '#000' })",
        "    .toColourspace('srgb')",
        "    .raw({ depth: 'uchar' })",
        '    .toBuffer({ resolveWithObject: true });',
        '  const data = await sharp(whole.data, { raw: whole.info })',
        `    .resize(${sizeOf(parts)}, { fit: 'fill', kernel: 'lanczos3' })`,
        "    .toColourspace('srgb')",
        '    .raw()',
        '    .toBuffer();',
      ],
    }),
    'From Python. Pillow scales a little differently: measured on photographs that became 112 and 224 pixels wide, bytes' +
      ' are 0.2 to 0.4 of 255 off on average and 8 at most. CMYK files are 12 off on average and up to 30, since Pillow' +
      ' converts them without a colour profile; make them RGB first.',
    pythonProgram(parts),
    'From C++, with pixels that OpenCV reads: 0.7 to 1.4 of 255 off on average and 25 at most, measured in the same way.' +
      ' `INTER_LINEAR` instead of `INTER_AREA` would be 1 to 4.4 off and up to 100. `imread` ignores transparency, and' +
      ' converts CMYK without a colour profile (12 off).',
    cppProgram(parts),
  ];
}

const sizeOf = ({ width, height }: ReadmeParts): string => `${String(width)}, ${String(height)}`;

const rangeOf = ({ valueRange }: ReadmeParts): string =>
  valueRange === undefined ? '' : `, { valueRange: [${valueRange.join(', ')}] }`;

const shapeOf = ({ width, height }: ReadmeParts): string => `1, ${String(height)}, ${String(width)}, 3`;

function nodeProgram(
  parts: ReadmeParts,
  { imports, body }: { readonly imports: readonly string[]; readonly body: readonly string[] },
): string {
  const tensor = parts.normalise
    ? `new Tensor('uint8', data, [${shapeOf(parts)}])`
    : `new Tensor('float32', Float32Array.from(data, (v) => v / 255), [${shapeOf(parts)}])`;
  return code('js', [
    "import { InferenceSession, Tensor } from 'onnxruntime-node';",
    ...imports,
    '',
    "const session = await InferenceSession.create('model.onnx');",
    'for (const file of process.argv.slice(2)) {',
    ...body,
    `  const { score } = await session.run({ images: ${tensor} });`,
    '  console.log(file, score.data[0]);',
    '}',
  ]);
}

const pythonProgram = (parts: ReadmeParts): string =>
  code('python', [
    'import sys, numpy, onnxruntime',
    'from PIL import Image, ImageOps',
    '',
    'def pixels(file):',
    '    image = ImageOps.exif_transpose(Image.open(file))',
    '    if image.mode.startswith("I"):  # 16 bits, which convert() would cut off at 255',
    '        image = Image.fromarray((numpy.asarray(image) // 256).astype("uint8"))',
    '    if "A" in image.getbands() or "transparency" in image.info:',
    '        image = image.convert("RGBA")',
    '        image = Image.alpha_composite(Image.new("RGBA", image.size, (0, 0, 0, 255)), image)',
    `    return numpy.asarray(image.convert("RGB").resize((${sizeOf(parts)}), Image.LANCZOS))`,
    '',
    'session = onnxruntime.InferenceSession("model.onnx")',
    'for file in sys.argv[1:]:',
    `    images = pixels(file)[None]${parts.normalise ? '' : '.astype("float32") / 255'}`,
    '    print(file, session.run(["score"], {"images": images})[0][0])',
  ]);

const cppProgram = (parts: ReadmeParts): string =>
  code('cpp', [
    '#include <onnxruntime_cxx_api.h>',
    '#include <opencv2/opencv.hpp>',
    'float score(const std::string& file) {',
    '  cv::Mat image = cv::imread(file, cv::IMREAD_COLOR);',
    `  cv::resize(image, image, cv::Size(${sizeOf(parts)}), 0, 0, cv::INTER_AREA);`,
    '  cv::cvtColor(image, image, cv::COLOR_BGR2RGB);',
    ...(parts.normalise ? [] : ['  image.convertTo(image, CV_32F, 1.0 / 255);']),
    '  static Ort::Env env;',
    '  static Ort::Session session(env, ORT_TSTR("model.onnx"), Ort::SessionOptions{});',
    `  const int64_t shape[] = {${shapeOf(parts)}};`,
    '  auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);',
    `  auto images = Ort::Value::CreateTensor(memory, image.ptr<${parts.normalise ? 'std::uint8_t' : 'float'}>(), ${String(parts.height * parts.width * 3)}, shape, 4);`,
    '  const char* in[] = {"images"}; const char* out[] = {"score"};',
    '  return session.Run(Ort::RunOptions{}, in, &images, 1, out, 1)[0].GetTensorData<float>()[0];',
    '}',
  ]);
