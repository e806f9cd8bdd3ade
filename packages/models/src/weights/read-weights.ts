/** Reads weights of any known format. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { fail, isNestedDeeper } from '@foveate/contracts';
import { isWithin, readRegularFile } from '@foveate/contracts/node';
import { isHdf5, readKerasH5 } from './readers/keras-h5.js';
import { readNpy } from './readers/npy.js';
import { isLegacyPytorch, readLegacyPytorch, readPytorchZip } from './readers/pytorch.js';
import { readSafetensors } from './readers/safetensors.js';
import { readTfjs } from './readers/tfjs.js';
import { isZip, unzip } from './readers/zip.js';
import { entryLimit, invalid, type WeightsFile } from './weights-file.js';

/** No image classifier is larger, and Node reads no larger file at once. */
const fileLimit = 2 * 2 ** 30;
/** Levels of the deepest model.json; models within models have some dozens. */
const depthLimit = 256;

/**
 * Reads a file or folder of weights. The format is recognised by what it holds: safetensors, PyTorch `.pth` (zip archives
 * and the older streams; no code in them is run), Keras `.h5`, `.weights.h5` and `.keras`, TensorFlow.js `model.json`
 * with its weight files, or a folder of `.npy` files. Floating-point values of any width come out as float32.
 * @throws FoveateError `PATH_MISSING`; `WEIGHTS_INVALID` when the content is damaged, hostile or of no known format; the
 *   signal's reason when it was told to stop
 */
export async function readWeights(path: string, signal?: AbortSignal): Promise<WeightsFile> {
  const found = await stat(path).catch((cause: unknown) => {
    throw fail({ code: 'PATH_MISSING', what: 'There are no weights', where: path, cause });
  });
  if (found.isDirectory()) return readFolder(path);
  signal?.throwIfAborted();
  const content = await readFileContent(await readBytes(path), path, signal);
  requireFew(content.entries.length, path);
  return { path, ...content };
}

function requireFew(tensors: number, path: string): void {
  if (tensors <= entryLimit) return;
  throw invalid(path, 'There are absurdly many tensors', { expected: `at most ${entryLimit}`, got: String(tensors) });
}

async function readFolder(path: string): Promise<WeightsFile> {
  const names = await readdir(path, { recursive: true });
  if (names.includes('model.json')) return readWeights(join(path, 'model.json'));
  const arrays = names.filter((name) => name.endsWith('.npy')).sort();
  requireFew(arrays.length, path);
  if (arrays.length === 0) {
    throw invalid(path, 'Folder holds no weights', { expected: 'model.json, or files named *.npy' });
  }
  const entries = [];
  let room = fileLimit;
  for (const name of arrays) {
    const file = join(path, name);
    const bytes = await readBytes(file, room);
    room -= bytes.length;
    entries.push(readNpy(bytes, name.slice(0, -'.npy'.length).replaceAll(sep, '/'), file));
  }
  return { path, format: 'npy-folder', entries, metadata: {} };
}

async function readFileContent(
  bytes: Uint8Array,
  path: string,
  signal: AbortSignal | undefined,
): Promise<Omit<WeightsFile, 'path'>> {
  if (isHdf5(bytes)) return readKerasH5(bytes, path, { signal });
  if (isLegacyPytorch(bytes)) return { format: 'pytorch', ...readLegacyPytorch(bytes, path) };
  if (isZip(bytes)) return readArchive(bytes, path, signal);
  if (path.endsWith('.json')) return readTfjs(jsonOf(bytes, path), (name, most) => readBeside(path, name, most), path);
  // Nine bytes of length and opening brace are all that safetensors has as a signature.
  if (bytes[8] === 0x7b) return { format: 'safetensors', ...readSafetensors(bytes, path) };
  throw invalid(path, 'File is of no known format', {
    expected: 'safetensors, PyTorch .pth, Keras .h5, TensorFlow.js model.json or a folder of .npy',
  });
}

async function readArchive(
  bytes: Uint8Array,
  path: string,
  signal: AbortSignal | undefined,
): Promise<Omit<WeightsFile, 'path'>> {
  const files = unzip(bytes, path);
  const keras = files.get('model.weights.h5');
  if (keras !== undefined) return readKerasH5(keras, path, { signal });
  return { format: 'pytorch', ...readPytorchZip(files, path) };
}

/** A file of the folder of `path`, links followed only within it. */
async function readBeside(path: string, name: string, most: number): Promise<Uint8Array> {
  const folder = await realpath(dirname(path));
  const file = await realpath(join(folder, name)).catch((cause: unknown) => {
    throw invalid(path, `Weight file '${name}' is missing`, { advice: `Put it into ${folder}`, cause });
  });
  if (!isWithin(folder, file)) throw invalid(path, `Weight file '${name}' lies outside the folder`);
  return readBytes(file, most);
}

/** @param most bytes; of a larger file nothing is read, of what is no regular file nothing either */
async function readBytes(path: string, most = fileLimit): Promise<Uint8Array> {
  const bytes = await readRegularFile(path, most).catch((cause: unknown) => {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    if (code === 'EFBIG') throw invalid(path, 'File is absurdly large', { got: (cause as Error).message, cause });
    throw invalid(path, 'File cannot be read', { got: code, advice: 'Name a regular file that you may read', cause });
  });
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function jsonOf(bytes: Uint8Array, where: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw invalid(where, 'File is not JSON', { cause });
  }
  if (isNestedDeeper(value, depthLimit)) throw invalid(where, 'File is nested deeper than any model');
  return value;
}
