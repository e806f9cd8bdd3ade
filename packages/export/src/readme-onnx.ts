/** Programs that run an exported ONNX file: the pixels are those of the run, byte for byte where that is possible. */
import type { ReadmeParts } from './readme.js';
import { code } from './text.js';

/** How to run it from Node, Python and C++. */
export function onnxExamples(parts: ReadmeParts): readonly string[] {
  return [
    'From Node, `node score.mjs part.jpg …`. The pixels are those that the run sees:',
    nodeProgram(parts, {
      imports: ["import { readNetworkInput } from '@foveate/image';"],
      body: [`  const { data } = await readNetworkInput(file, ${sizeOf(parts)});`],
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
    'From Python and C++ pixels differ a little, because other libraries decode and scale.',
    pythonProgram(parts),
    cppProgram(parts),
  ];
}

const sizeOf = ({ width, height }: ReadmeParts): string => `${String(width)}, ${String(height)}`;

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
    `float score(${parts.normalise ? 'std::uint8_t' : 'float'}* pixels) {  // ${String(parts.height)} x ${String(parts.width)} x 3`,
    '  static Ort::Env env;',
    '  static Ort::Session session(env, ORT_TSTR("model.onnx"), Ort::SessionOptions{});',
    `  const int64_t shape[] = {${shapeOf(parts)}};`,
    '  auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);',
    `  auto images = Ort::Value::CreateTensor(memory, pixels, ${String(parts.height * parts.width * 3)}, shape, 4);`,
    '  const char* in[] = {"images"}; const char* out[] = {"score"};',
    '  return session.Run(Ort::RunOptions{}, in, &images, 1, out, 1)[0].GetTensorData<float>()[0];',
    '}',
  ]);
