/** Reads weights of any known format. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fail } from '@foveate/contracts';
import { isHdf5, readKerasH5 } from './readers/keras-h5.js';
import { readNpy } from './readers/npy.js';
import { isLegacyPytorch, readLegacyPytorch, readPytorchZip } from './readers/pytorch.js';
import { readSafetensors } from './readers/safetensors.js';
import { readTfjs } from './readers/tfjs.js';
import { isZip, unzip } from './readers/zip.js';
import { invalid, type WeightsFile } from './weights-file.js';

/** No image classifier is larger, and Node reads no larger file at once. */
const fileLimit = 2 * 2 ** 30;

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
  if (found.size > fileLimit) throw invalid(path, 'File is absurdly large', { got: `${found.size} bytes` });
  return { path, ...(await readFileContent(await readBytes(path), path, signal)) };
}

async function readFolder(path: string): Promise<WeightsFile> {
  const names = await readdir(path, { recursive: true });
  if (names.includes('model.json')) return readWeights(join(path, 'model.json'));
  const arrays = names.filter((name) => name.endsWith('.npy')).sort();
  if (arrays.length === 0) {
    throw invalid(path, 'Folder holds no weights', { expected: 'model.json, or files named *.npy' });
  }
  const entries = [];
  for (const name of arrays) {
    const file = join(path, name);
    entries.push(readNpy(await readBytes(file), name.slice(0, -'.npy'.length).replaceAll(sep, '/'), file));
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
  if (path.endsWith('.json')) return readTfjs(jsonOf(bytes, path), (name) => readBeside(path, name), path);
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
async function readBeside(path: string, name: string): Promise<Uint8Array> {
  const folder = await realpath(dirname(path));
  const file = await realpath(join(folder, name)).catch((cause: unknown) => {
    throw invalid(path, `Weight file '${name}' is missing`, { advice: `Put it into ${folder}`, cause });
  });
  if (relative(folder, file).startsWith('..')) throw invalid(path, `Weight file '${name}' lies outside the folder`);
  return readBytes(file);
}

async function readBytes(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw invalid(path, 'File cannot be read', {
      got: (cause as NodeJS.ErrnoException).code ?? 'unknown error',
      cause,
    });
  });
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function jsonOf(bytes: Uint8Array, where: string): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw invalid(where, 'File is not JSON', { cause });
  }
}
