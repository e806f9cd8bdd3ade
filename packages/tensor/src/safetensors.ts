/**
 * The safetensors file format: an 8-byte little-endian header length, a JSON header `{ name: { dtype, shape,
 * data_offsets }, __metadata__ }`, then the raw values. Executes nothing.
 * Format: https://github.com/huggingface/safetensors#format
 */
import { fail, type ErrorCode, type FoveateError, type HostTensor, type HostTensors } from '@foveate/contracts';
import { decodeElements } from './elements.js';

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

/** A tensor as the header of a file describes it. */
export interface SafetensorsEntry {
  readonly name: string;
  /** As the format names it, for example `BF16`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** The bytes of its values, a view. */
  readonly bytes: Uint8Array;
}

/** A safetensors file, its values not decoded yet. */
export interface SafetensorsFile {
  readonly entries: readonly SafetensorsEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes of one element by dtype. */
const dtypeBytes: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I64: 8,
  U64: 8,
  I32: 4,
  U32: 4,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/**
 * Reads the header and checks it against the file: known dtypes, shapes that fit their bytes, and values that lie one
 * behind the other without gap or overlap up to the end.
 * @param bytes a whole file
 * @param where the file's path, for errors
 * @param code of the error
 * @throws FoveateError `code` when it does not hold
 */
export function openSafetensors(bytes: Uint8Array, where: string, code: ErrorCode): SafetensorsFile {
  const bad = (what: string): FoveateError =>
    fail({ code, where, what, advice: 'The file is damaged or not a safetensors file; restore it' });
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
  if (!isRecord(header)) throw bad('header is not an object');
  const { __metadata__: metadata = {}, ...described } = header;
  if (!isRecord(metadata) || !Object.values(metadata).every((text) => typeof text === 'string'))
    throw bad('__metadata__ does not hold text by key');
  const values = bytes.subarray(8 + headerLength);
  const spans = Object.entries(described).map(([name, entry]) => spanOf(name, entry, values.length, bad));
  checkCover(spans, values.length, bad);
  return {
    entries: spans.map(({ begin, end, ...entry }) => ({ ...entry, bytes: values.subarray(begin, end) })),
    metadata: metadata as Record<string, string>,
  };
}

/**
 * @param bytes a whole file
 * @param where the file's path, for errors
 * @throws FoveateError `RUN_INVALID` when the bytes are no complete safetensors file of F32 and I32 tensors
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): SafetensorsContent {
  const { entries, metadata } = openSafetensors(bytes, where, 'RUN_INVALID');
  const tensors = entries.map(({ name, dtype, shape, bytes: values }): [string, HostTensor] => {
    if (dtype === 'F32') return [name, { dtype: 'float32', shape, data: decodeElements('float32', values) }];
    if (dtype === 'I32') return [name, { dtype: 'int32', shape, data: decodeElements('int32', values) }];
    throw fail({
      code: 'RUN_INVALID',
      where,
      what: `tensor '${name}' is of no type that checkpoints have`,
      expected: 'F32 or I32',
      got: dtype,
    });
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}

interface Span extends Omit<SafetensorsEntry, 'bytes'> {
  readonly begin: number;
  readonly end: number;
}

function spanOf(name: string, entry: unknown, length: number, bad: (what: string) => FoveateError): Span {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  const width = typeof dtype === 'string' && Object.hasOwn(dtypeBytes, dtype) ? dtypeBytes[dtype] : undefined;
  if (width === undefined) throw bad(`tensor '${name}' has dtype ${String(dtype)}, which the format does not have`);
  if (!Array.isArray(shape) || !shape.every(isCount)) throw bad(`tensor '${name}' has no valid shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
    throw bad(`tensor '${name}' has no valid data_offsets`);
  const [begin, end] = offsets as [number, number];
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  if (end > length || end - begin !== size * width)
    throw bad(`tensor '${name}' of shape [${shape.join(', ')}] does not fit bytes ${begin} to ${end}`);
  return { name, dtype: dtype as string, shape: shape as number[], begin, end };
}

/** The format allows neither holes nor bytes that two tensors share. */
function checkCover(spans: readonly Span[], length: number, bad: (what: string) => FoveateError): void {
  let position = 0;
  for (const { name, begin, end } of [...spans].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== position)
      throw bad(`tensor '${name}' begins at byte ${begin}, the one before it ends at ${position}`);
    position = end;
  }
  if (position !== length) throw bad(`the tensors end at byte ${position}, the file at ${length}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
