/** What the pickles of PyTorch name: storages, and tensors as views of them. Nothing else is known. */
import type { ElementType } from '@foveate/tensor';
import { elementBytes } from '@foveate/tensor';
import { forEachStrided } from '../strided.js';
import { elementCount, invalid, type WeightsEntry } from '../weights-file.js';
import { hostTensor } from './host-tensor.js';
import { PickleDict, PickleGlobal, type PickleWorld } from './pickle.js';

/** Raw values in a file, not looked up yet. */
export class Storage {
  readonly key: string;
  /** As PyTorch names it, for example `float32` or `int64`. */
  readonly type: string;
  readonly width: number;
  /** Elements. */
  readonly length: number;

  constructor(key: string, type: string, width: number, length: number) {
    this.key = key;
    this.type = type;
    this.width = width;
    this.length = length;
  }
}

/** A strided view of a storage; offset and strides count elements. */
export class TensorView {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: Storage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

const storageTypes: Readonly<Record<string, readonly [type: string, width: number]>> = {
  'torch.DoubleStorage': ['float64', 8],
  'torch.FloatStorage': ['float32', 4],
  'torch.HalfStorage': ['float16', 2],
  'torch.BFloat16Storage': ['bfloat16', 2],
  'torch.LongStorage': ['int64', 8],
  'torch.IntStorage': ['int32', 4],
  'torch.ShortStorage': ['int16', 2],
  'torch.CharStorage': ['int8', 1],
  'torch.ByteStorage': ['uint8', 1],
  'torch.BoolStorage': ['bool', 1],
};

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const areCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount);

/** The few names that state dicts are made of, and the storages that were referred to, by key. */
export function pytorchWorld(where: string): PickleWorld & { readonly storages: ReadonlyMap<string, Storage> } {
  const storages = new Map<string, Storage>();
  return {
    storages,
    call(callee, args) {
      switch (callee.path) {
        case 'collections.OrderedDict':
          if (args.length === 0) return new PickleDict();
          break;
        case 'torch._utils._rebuild_tensor_v2': {
          const [storage, offset, shape, strides] = args;
          if (storage instanceof Storage && isCount(offset) && areCounts(shape) && areCounts(strides)) {
            if (shape.length === strides.length) return new TensorView(storage, offset, shape, strides);
          }
          break;
        }
        case 'torch._utils._rebuild_parameter':
          if (args[0] instanceof TensorView) return args[0];
          break;
        default:
          throw invalid(where, `Pickle wants to call '${callee.path}'`, {
            expected: 'a state dict: tensors by name, nothing else',
            advice: 'Save the state dict alone: torch.save(model.state_dict(), path). No code of a file is ever run',
          });
      }
      throw invalid(where, `Pickle calls '${callee.path}' with arguments PyTorch would not write`);
    },
    persistent(id) {
      const [kind, type, key, , length, view = null] = Array.isArray(id) ? (id as unknown[]) : [];
      const known = type instanceof PickleGlobal ? storageTypes[type.path] : undefined;
      const valid = kind === 'storage' && typeof key === 'string' && isCount(length) && view === null;
      if (!valid || known === undefined) {
        throw invalid(where, 'Pickle refers to a storage of unknown type', {
          ...(type instanceof PickleGlobal ? { got: type.path } : {}),
        });
      }
      const storage = new Storage(key, known[0], known[1], length);
      storages.set(key, storage);
      return storage;
    },
  };
}

/** The tensor a view shows, row-major. `bytes` are those of its storage. @throws FoveateError `WEIGHTS_INVALID` */
export function materialise(name: string, view: TensorView, bytes: Uint8Array, where: string): WeightsEntry {
  const { storage, offset, shape, strides } = view;
  if (bytes.length !== storage.length * storage.width) {
    throw invalid(where, `Storage '${storage.key}' of tensor '${name}' is incomplete`, {
      expected: `${storage.length * storage.width} bytes`,
      got: String(bytes.length),
    });
  }
  const count = elementCount(shape, name, where);
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] as number), offset);
  if (count > 0 && last >= storage.length) {
    throw invalid(where, `Tensor '${name}' reaches beyond its storage`, {
      expected: `element ${storage.length - 1} at most`,
      got: String(last),
    });
  }
  if (!Object.hasOwn(elementBytes, storage.type)) return { name, shape, stored: storage.type };
  const type = storage.type as ElementType;
  const values = rowMajor(view, count, bytes);
  return { name, shape, stored: type, tensor: hostTensor(type, shape, values) };
}

/** Elements of a view in row-major order. */
function rowMajor(
  { storage: { width }, offset, shape, strides }: TensorView,
  count: number,
  bytes: Uint8Array,
): Uint8Array {
  let expected = 1;
  let contiguous = true;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    contiguous &&= shape[axis] === 1 || strides[axis] === expected;
    expected *= shape[axis] as number;
  }
  if (contiguous) return bytes.subarray(offset * width, (offset + count) * width);
  const result = new Uint8Array(count * width);
  forEachStrided(shape, strides, (from, to) => {
    const begin = (offset + from) * width;
    result.set(bytes.subarray(begin, begin + width), to * width);
  });
  return result;
}
