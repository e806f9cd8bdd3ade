/**
 * State dicts saved with `torch.save`: zip archives (PyTorch 1.6 and newer) and the pickle streams before them.
 * Layout: https://github.com/pytorch/pytorch/blob/main/torch/serialization.py
 */
import { elementCount, invalid, valueLimit, type WeightsContent, type WeightsEntry } from '../weights-file.js';
import { ByteReader } from './byte-reader.js';
import { PickleDict, readPickle } from './pickle.js';
import { materialise, pytorchWorld, TensorView } from './pytorch-values.js';

/** Begin of the older format: PROTO 2, LONG1 of 10 bytes, the magic number 0x1950a86a20f9469cfc6c. */
const legacyStart = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/** Whether bytes begin as `torch.save` wrote them before PyTorch 1.6. */
export function isLegacyPytorch(bytes: Uint8Array): boolean {
  return legacyStart.every((byte, index) => bytes[index] === byte);
}

/**
 * @param files of the archive, by name
 * @throws FoveateError `WEIGHTS_INVALID`; no code in the file is ever run
 */
export function readPytorchZip(files: ReadonlyMap<string, Uint8Array>, where: string): WeightsContent {
  const [name, pickle] = [...files].find(([path]) => /^(?:[^/]+\/)?data\.pkl$/.test(path)) ?? [];
  if (name === undefined || pickle === undefined) {
    throw invalid(where, 'Archive is not one that torch.save writes', { expected: 'a file data.pkl in it' });
  }
  const folder = name.slice(0, -'data.pkl'.length);
  const order = files.get(`${folder}byteorder`);
  if (order !== undefined && Buffer.from(order).toString('latin1') !== 'little') {
    throw invalid(where, 'Values are stored in big-endian order', {
      advice: 'Save the file again on a usual computer',
    });
  }
  const root = readPickle(new ByteReader(pickle, where), pytorchWorld(where), where);
  return stateDict(root, (key) => files.get(`${folder}data/${key}`), where);
}

/** @throws FoveateError `WEIGHTS_INVALID`; no code in the file is ever run */
export function readLegacyPytorch(bytes: Uint8Array, where: string): WeightsContent {
  const reader = new ByteReader(bytes, where);
  const world = pytorchWorld(where);
  const next = () => readPickle(reader, world, where);
  // Magic number, protocol version, system.
  for (let i = 0; i < 3; i++) next();
  const [root, keys] = [next(), next()];
  if (!Array.isArray(keys)) throw invalid(where, 'File does not list its storages');
  const values = new Map<unknown, Uint8Array>();
  for (const key of keys) {
    // A list as a key could hold itself, and to write it out would never end.
    if (typeof key !== 'string') throw invalid(where, 'A storage of the file has no name', { got: typeof key });
    const width = world.storages.get(key)?.width;
    if (width === undefined) throw invalid(where, `File holds storage '${key}', which nothing refers to`);
    if (values.has(key)) throw invalid(where, `File holds storage '${key}' twice`);
    values.set(key, reader.take(Number(reader.int64()) * width));
  }
  return stateDict(root, (key) => values.get(key), where);
}

function stateDict(root: unknown, storage: (key: string) => Uint8Array | undefined, where: string): WeightsContent {
  const views = viewsIn(root, where);
  const shown = new Map<string, number>();
  let total = 0;
  const entries = views.map(([name, view]): WeightsEntry => {
    const { key } = view.storage;
    const bytes = storage(key);
    if (bytes === undefined) throw invalid(where, `Storage '${key}' of tensor '${name}' is missing`);
    // Views may share a storage, so that a small file could describe more values than any memory holds.
    const count = elementCount(view.shape, name, where);
    total += count;
    if (total > valueLimit) throw invalid(where, 'Tensors are absurdly large in all');
    const values = (shown.get(key) ?? 0) + count;
    shown.set(key, values);
    const most = sharing * view.storage.length;
    if (values > most) {
      throw invalid(where, `Tensors, up to '${name}', show more values than the storage they share could fill`, {
        expected: `at most ${most}`,
        got: String(values),
      });
    }
    return materialise(name, view, bytes, where);
  });
  return { entries, metadata: {} };
}

/** How many times over tensors may show the values of one storage: tied layers share one, averages and copies a few. */
const sharing = 16;

/** Keys under which training scripts keep the state dict. */
const wrappers = ['state_dict', 'model_state_dict', 'model'];

/** Tensors by name, of the state dict itself or of the one in a training checkpoint. */
function viewsIn(root: unknown, where: string): readonly (readonly [string, TensorView])[] {
  const inner = root instanceof PickleDict ? wrappers.map((key) => root.get(key)) : [];
  for (const dict of [root, ...inner]) {
    const views = dict instanceof PickleDict ? [...dict].filter(isNamedView) : [];
    if (views.length > 0) return views;
  }
  throw invalid(where, 'File holds no state dict', {
    expected: `tensors by name, or a dict with ${wrappers.join(', ')}`,
  });
}

function isNamedView(pair: [unknown, unknown]): pair is [string, TensorView] {
  return typeof pair[0] === 'string' && pair[1] instanceof TensorView;
}
