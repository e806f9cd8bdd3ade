/** A model file and what has to be known of it: how images go in and which output is the score. */
import { fail, type OpenedModel } from '@foveate/contracts';
import { openRegular, readRegularFile } from '@foveate/contracts/node';
import { onnxMetadata, openOnnx } from '@foveate/engine-onnx/open';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Name of the model in a run folder. */
const modelFile = 'model.onnx';

/** Bytes of the largest model: the format holds no more in one file. */
const largestModel = 2 ** 31;

/** How images go into a model. */
export interface ImageInput {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  /** Order of the values: rows of pixels with their channels, or a plane for each channel. */
  readonly layout: 'NHWC' | 'NCHW';
  /** `uint8`: values in [0, 255]; `float32`: sRGB in [0, 1]. */
  readonly type: 'uint8' | 'float32';
}

/** A model, opened. */
export interface NetworkModel {
  readonly path: string;
  readonly model: OpenedModel;
  readonly input: ImageInput;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Opens the model of a run folder, an ONNX file, or its bytes.
 * @throws FoveateError `PATH_MISSING`; `RUN_INVALID` for a run that has no model file; `ENGINE_UNSUPPORTED` for a file that is
 *   no image classifier
 */
export async function openNetwork(of: string | Uint8Array, threads: number | undefined): Promise<NetworkModel> {
  const path = typeof of === 'string' ? await modelPath(of) : 'the model given';
  const bytes = typeof of === 'string' ? await readRegularFile(path, largestModel) : of;
  const model = await openOnnx(bytes, threads === undefined ? {} : { threads });
  try {
    return { path, model, input: imageInput(model, path), metadata: onnxMetadata(bytes) };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

async function modelPath(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    throw fail({ code: 'PATH_MISSING', what: 'There is no run folder and no model file', where: path });
  }
  if (!found.isDirectory()) return path;
  const file = join(path, modelFile);
  const handle = await openRegular(file).catch(() => undefined);
  await handle?.close();
  if (handle !== undefined) return file;
  throw fail({
    code: 'RUN_INVALID',
    what: 'The folder holds no model to predict with',
    where: file,
    advice: `For a run that was made without the stage export, write it with: foveate export ${path} --format onnx --normalise --heatmap --out ${path}`,
  });
}

function imageInput({ inputs = {} }: OpenedModel, where: string): ImageInput {
  const [[name, { type, shape }] = ['', { type: '', shape: [] }]] = Object.entries(inputs);
  const layout = shape[3] === 3 ? 'NHWC' : shape[1] === 3 ? 'NCHW' : undefined;
  const [height, width] = layout === 'NHWC' ? shape.slice(1, 3) : shape.slice(2, 4);
  if (layout === undefined || typeof height !== 'number' || typeof width !== 'number' || !isPixelType(type)) {
    throw fail({
      code: 'ENGINE_UNSUPPORTED',
      what: 'The model does not take images',
      where,
      expected: 'an input [N, height, width, 3] or [N, 3, height, width] of uint8 or float32, of fixed size',
      got: `${name || 'none'}: ${type} [${shape.map((side) => side ?? '?').join(', ')}]`,
    });
  }
  return { name, height, width, layout, type };
}

function isPixelType(type: string): type is ImageInput['type'] {
  return type === 'uint8' || type === 'float32';
}
