/** Writes the pickles that `torch.save` writes for a state dict, for tests. */
import { zipSync } from 'fflate';

/** A tensor to be pickled. */
export interface PickledTensor {
  readonly shape: readonly number[];
  readonly strides?: readonly number[];
  readonly offset?: number;
  /** Name of the storage's type; `FloatStorage` when left out. */
  readonly type?: string;
  /** The whole storage. */
  readonly bytes: Uint8Array;
  /** Elements the pickle says the storage has. */
  readonly length?: number;
}

const ascii = (text: string): number[] => [...Buffer.from(text, 'latin1')];
const uint32 = (value: number): number[] => [...new Uint8Array(new Uint32Array([value]).buffer)];

/** BINUNICODE */
export const text = (value: string): number[] => [0x58, ...uint32(Buffer.byteLength(value)), ...Buffer.from(value)];
/** BININT */
export const integer = (value: number): number[] => [0x4a, ...uint32(value >>> 0)];
/** GLOBAL */
export const global = (module: string, name: string): number[] => [0x63, ...ascii(`${module}\n${name}\n`)];
/** MARK … TUPLE */
export const tuple = (...items: readonly (readonly number[])[]): number[] => [0x28, ...items.flat(), 0x74];
/** REDUCE */
export const call = (callee: readonly number[], ...args: readonly (readonly number[])[]): number[] => [
  ...callee,
  ...tuple(...args),
  0x52,
];
/** EMPTY_DICT MARK … SETITEMS */
export const dict = (items: Readonly<Record<string, readonly number[]>>): number[] => [
  0x7d,
  0x28,
  ...Object.entries(items).flatMap(([key, value]) => [...text(key), ...value]),
  0x75,
];
/** PROTO 2 … STOP */
export const pickle = (value: readonly number[]): Uint8Array => Uint8Array.from([0x80, 2, ...value, 0x2e]);

const widths: Readonly<Record<string, number>> = { FloatStorage: 4, HalfStorage: 2, LongStorage: 8, DoubleStorage: 8 };

const rowMajor = (shape: readonly number[]): number[] =>
  shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));

/** `torch._utils._rebuild_tensor_v2(storage, offset, shape, strides, False, OrderedDict())` */
export function tensor(
  key: string,
  { shape, strides, offset = 0, type = 'FloatStorage', ...rest }: PickledTensor,
): number[] {
  const length = rest.length ?? rest.bytes.length / (widths[type] ?? 1);
  const storage = tuple(text('storage'), global('torch', type), text(key), text('cpu'), integer(length));
  return call(
    global('torch._utils', '_rebuild_tensor_v2'),
    [...storage, 0x51],
    integer(offset),
    tuple(...shape.map(integer)),
    tuple(...(strides ?? rowMajor(shape)).map(integer)),
    [0x89],
    call(global('collections', 'OrderedDict')),
  );
}

/** A state dict as an archive of PyTorch 1.6 and newer. */
export function pth(
  tensors: Readonly<Record<string, PickledTensor>>,
  wrap: (stateDict: number[]) => number[] = (value) => value,
): Uint8Array {
  const named = Object.entries(tensors);
  const stateDict = dict(Object.fromEntries(named.map(([name, value], key) => [name, tensor(String(key), value)])));
  return archive(pickle(wrap(stateDict)), Object.fromEntries(named.map(([, { bytes }], key) => [String(key), bytes])));
}

/** The archive of a pickle and its storages. */
export function archive(pickled: Uint8Array, storages: Readonly<Record<string, Uint8Array>> = {}): Uint8Array {
  const data = Object.fromEntries(Object.entries(storages).map(([key, bytes]) => [`m/data/${key}`, bytes]));
  return zipSync({ 'm/data.pkl': pickled, 'm/version': Buffer.from('3\n'), ...data }, { level: 0 });
}

/** A state dict as one stream, as PyTorch wrote it before 1.6. */
export function legacyPth(tensors: Readonly<Record<string, PickledTensor>>): Uint8Array {
  const named = Object.entries(tensors);
  const magic = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
  const stateDict = dict(Object.fromEntries(named.map(([name, value], key) => [name, tensor(String(key), value)])));
  const keys = [0x5d, 0x28, ...named.flatMap((_, key) => text(String(key))), 0x65];
  const storages = named.map(([, { bytes, type = 'FloatStorage' }]) => {
    const length = Buffer.alloc(8);
    length.writeBigInt64LE(BigInt(bytes.length / (widths[type] ?? 1)));
    return Buffer.concat([length, bytes]);
  });
  return Buffer.concat([...[magic, integer(1001), dict({}), stateDict, keys].map(pickle), ...storages]);
}

/** Bytes of float32 values. */
export const floats = (...values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
