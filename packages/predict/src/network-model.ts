/** A model file and what has to be known of it: how images go in and which output is the score. */
import {
  fail,
  isFoveateError,
  outsideFills,
  usualDecision,
  type OpenedModel,
  type OutsideFill,
} from '@foveate/contracts';
import { readRegularFile, resolveInside } from '@foveate/contracts/node';
import { onnxMetadata, openOnnx } from '@foveate/engine-onnx/open';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { thresholdSchema, valueRangeSchema } from './options.js';
import { whatItIs } from './what-it-is.js';

/** Name of the model in a run folder. */
const modelFile = 'model.onnx';

/** Bytes of the largest model: the format holds no more in one file. */
const largestModel = 2 ** 31 - 1;

/** Pixels of the largest input, so that a damaged model cannot ask for all memory. */
const largestInput = 2 ** 26;

const advice = 'Name a run folder, or a file that foveate export --format onnx wrote';

/** How images go into a model. */
export interface ImageInput {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  /** Order of the values: rows of pixels with their channels, or a plane for each channel. */
  readonly layout: 'NHWC' | 'NCHW';
  /** `uint8`: values in [0, 255]; `float32`: sRGB in [0, 1]. */
  readonly type: 'uint8' | 'float32';
  /** True when the model takes one image at a time. */
  readonly isSingle: boolean;
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
 *   no image classifier; `CONFIG_INVALID` for what is neither a path nor bytes
 */
export async function openNetwork(of: string | Uint8Array, threads: number | undefined): Promise<NetworkModel> {
  if (typeof of !== 'string' && !(of instanceof Uint8Array)) {
    const expected = "a path, or a model's bytes (Uint8Array)";
    throw fail({
      code: 'CONFIG_INVALID',
      what: 'This is no model',
      where: 'openPredictor',
      expected,
      got: whatItIs(of),
    });
  }
  const path = typeof of === 'string' ? await modelPath(of) : 'the model given';
  const bytes = typeof of === 'string' ? await modelBytes(path) : of;
  const model = await openOnnx(bytes, threads === undefined ? {} : { threads }).catch((error: unknown) => {
    if (!isFoveateError(error) || error.code !== 'ENGINE_UNSUPPORTED') throw error;
    throw fail({ ...error.parts, where: path, advice });
  });
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
    throw fail({ code: 'PATH_MISSING', what: 'There is no run folder and no model file', where: path, advice });
  }
  if (!found.isDirectory()) return path;
  const file = resolveInside(path, modelFile);
  if ((await stat(file).catch(() => undefined)) !== undefined) return join(path, modelFile);
  // Only now, because what it needs costs every other start.
  throw await (await import('./no-model.js')).noModel(path);
}

async function modelBytes(path: string): Promise<Uint8Array> {
  const bytes = await readRegularFile(path, largestModel).catch((cause: unknown) => {
    const { code, message } = cause as NodeJS.ErrnoException;
    const got = code === 'EFBIG' ? message : (code ?? message);
    throw fail({ code: 'ENGINE_UNSUPPORTED', what: 'The model file cannot be read', where: path, got, advice, cause });
  });
  if (bytes.length > 0) return bytes;
  throw fail({ code: 'ENGINE_UNSUPPORTED', what: 'The model file is empty', where: path, advice });
}

/**
 * Values of 16-bit samples that became 0 and 255 when the network was trained; undefined when the model says none.
 * @throws FoveateError `ENGINE_UNSUPPORTED` when it says something else
 */
export function trainedRange({ metadata, path }: NetworkModel): readonly [number, number] | undefined {
  const text = metadata['valueRange'];
  if (text === undefined) return undefined;
  const range = valueRangeSchema.safeParse(text.split(',').map(Number));
  if (range.success) return range.data;
  throw fail({
    code: 'ENGINE_UNSUPPORTED',
    what: "The model's metadata 'valueRange' is no range",
    where: path,
    expected: 'two whole numbers from 0 to 65535, the first less than the second, as 0,4095',
    got: whatItIs(text),
    advice: 'Give the option valueRange, or write the model again with foveate export',
  });
}

/**
 * Score from which the run of the network calls images defective; 0.5 when the model says none.
 * @throws FoveateError `ENGINE_UNSUPPORTED` when it says something else
 */
export function trainedThreshold({ metadata, path }: NetworkModel): number {
  const { threshold: text } = metadata;
  if (text === undefined) return usualDecision.threshold;
  const threshold = thresholdSchema.safeParse(text.trim() === '' ? Number.NaN : Number(text));
  if (threshold.success) return threshold.data;
  throw fail({
    code: 'ENGINE_UNSUPPORTED',
    what: "The model's metadata 'threshold' is no score",
    where: path,
    expected: 'a number from 0 to 1',
    got: whatItIs(text),
    advice: 'Give the option threshold, or write the model again with foveate export',
  });
}

/**
 * What was painted outside of areas of interest when the network was trained; undefined when the model says nothing of it.
 * @throws FoveateError `ENGINE_UNSUPPORTED` when it says something else
 */
export function trainedOutside({ metadata, path }: NetworkModel): OutsideFill | undefined {
  const text = metadata['outside'];
  if (text === undefined) return undefined;
  const known = outsideFills.find((fill) => fill === text);
  if (known !== undefined) return known;
  throw fail({
    code: 'ENGINE_UNSUPPORTED',
    what: "The model's metadata 'outside' is none that is known",
    where: path,
    expected: outsideFills.join(', '),
    got: whatItIs(text),
    advice: 'Install the version of Foveate that the model was written with',
  });
}

function imageInput({ inputs = {} }: OpenedModel, where: string): ImageInput {
  const [[name, { type, shape }] = ['', { type: '', shape: [] }]] = Object.entries(inputs);
  const layout = shape[3] === 3 ? 'NHWC' : shape[1] === 3 ? 'NCHW' : undefined;
  const [height, width] = layout === 'NHWC' ? shape.slice(1, 3) : shape.slice(2, 4);
  const [count] = shape;
  const isFit = isSide(height) && isSide(width) && height * width <= largestInput;
  if (layout === undefined || !isFit || !isPixelType(type) || (typeof count === 'number' && count > 1)) {
    throw fail({
      code: 'ENGINE_UNSUPPORTED',
      what: 'The model does not take images',
      where,
      expected: `an input [N, height, width, 3] or [N, 3, height, width] of uint8 or float32, of fixed size`,
      got: `${name || 'none'}: ${type} [${shape.map((side) => side ?? '?').join(', ')}]`,
      advice,
    });
  }
  return { name, height, width, layout, type, isSingle: count === 1 };
}

function isSide(side: number | null | undefined): side is number {
  return typeof side === 'number' && side > 0;
}

function isPixelType(type: string): type is ImageInput['type'] {
  return type === 'uint8' || type === 'float32';
}
