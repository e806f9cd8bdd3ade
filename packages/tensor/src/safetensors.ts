/**
 * The safetensors file format: an 8-byte little-endian header length, a JSON header `{ name: { dtype, shape,
 * data_offsets }, __metadata__ }`, then the raw values. Reads and writes F32 and I32; executes nothing.
 * Format: https://github.com/huggingface/safetensors#format
 */
import { fail, type FoveateError, type HostTensor, type HostTensors } from '@foveate/contracts';

const dtypes = { float32: 'F32', int32: 'I32' } as const;
const headerLimit = 100_000_000;

/** What a safetensors file holds. */
export interface SafetensorsContent {
  readonly tensors: HostTensors;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * @param tensors values by name; names are written in sorted order, so equal content gives equal bytes
 * @param metadata free text by key
 */
export function encodeSafetensors(tensors: HostTensors, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const names = Object.keys(tensors).sort();
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const name of names) {
    const { dtype, shape, data } = tensors[name] as HostTensor;
    header[name] = { dtype: dtypes[dtype], shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  // Spaces are allowed after the JSON; they keep the values 8-byte aligned.
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8, 8 + headerLength);
  bytes.set(json, 8);
  let position = 8 + headerLength;
  for (const name of names) {
    const { data } = tensors[name] as HostTensor;
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
}

/**
 * @param bytes a whole file
 * @param where the file's path, for errors
 * @throws FoveateError `RUN_INVALID` when the bytes are no complete safetensors file of F32 and I32 tensors
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): SafetensorsContent {
  const bad = (what: string): FoveateError =>
    fail({ code: 'RUN_INVALID', where, what, advice: 'The file is damaged or not a safetensors file; restore it' });
  if (bytes.length < 8) throw bad('file is shorter than its header length');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > headerLimit || 8 + headerLength > bytes.length) throw bad('header reaches beyond the file');
  let header: unknown;
  try {
    header = JSON.parse(Buffer.from(bytes.subarray(8, 8 + headerLength)).toString('utf8'));
  } catch {
    throw bad('header is not JSON');
  }
  if (typeof header !== 'object' || header === null) throw bad('header is not an object');
  const values = bytes.subarray(8 + headerLength);
  const tensors: Record<string, HostTensor> = {};
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header as Record<string, unknown>)) {
    if (name === '__metadata__') metadata = entry as Record<string, string>;
    else tensors[name] = decodeTensor(name, entry, values, bad);
  }
  return { tensors, metadata };
}

function decodeTensor(
  name: string,
  entry: unknown,
  values: Uint8Array,
  bad: (what: string) => FoveateError,
): HostTensor {
  const { dtype, shape, data_offsets: offsets } = entry as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  if (dtype !== 'F32' && dtype !== 'I32') throw bad(`tensor '${name}' has dtype ${String(dtype)}, expected F32 or I32`);
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(isCount)) throw bad(`tensor '${name}' has no valid shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
    throw bad(`tensor '${name}' has no valid data_offsets`);
  const [begin, end] = offsets as [number, number];
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  if (end > values.length || end - begin !== size * 4)
    throw bad(`tensor '${name}' of shape [${shape.join(', ')}] does not fit bytes ${begin} to ${end}`);
  // A copy, because the values of a file need not be aligned to 4 bytes in memory. Not slice: on a Buffer it is a view.
  const buffer = Uint8Array.from(values.subarray(begin, end)).buffer;
  return dtype === 'F32'
    ? { dtype: 'float32', shape: shape as number[], data: new Float32Array(buffer) }
    : { dtype: 'int32', shape: shape as number[], data: new Int32Array(buffer) };
}
