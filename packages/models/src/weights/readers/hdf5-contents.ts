/**
 * Keras weights in HDF5: the layout of Keras 1 and 2 (`.h5`, whole models or weights alone) and that of Keras 3
 * (`.weights.h5`). The HDF5 library runs as WebAssembly on a copy in memory; it reaches no file of this machine.
 */
import { isFoveateError } from '@foveate/contracts';
import type { Dataset, Group } from 'h5wasm';
import {
  elementCount,
  entryLimit,
  invalid,
  unpackedLimit,
  type WeightsContent,
  type WeightsEntry,
  type WeightsFormat,
} from '../weights-file.js';

type Hdf5 = typeof import('h5wasm');

/** HDF5's class of floating-point types, `H5T_FLOAT`. */
const floatClass = 1;
/** Nested models are nested groups; a group may also contain itself. */
const depthLimit = 16;
/** Name of the copy in the library's own memory. */
const copy = 'weights.h5';

/** What an HDF5 file of Keras holds. */
export type KerasH5Content = WeightsContent & { readonly format: WeightsFormat };

/**
 * Reads in this thread, which a damaged file can hold for ever: HDF5 follows its pointers in circles.
 * @throws FoveateError `WEIGHTS_INVALID`
 */
export async function readHdf5(bytes: Uint8Array, where: string): Promise<KerasH5Content> {
  const h5 = await import('h5wasm');
  const { FS, activate_throwing_error_handler: throwErrors } = await h5.ready;
  // Else HDF5 prints its errors and goes on.
  throwErrors();
  FS.writeFile(copy, bytes);
  try {
    const file = new h5.File(copy, 'r');
    try {
      return new Reader(h5, where, unpackedLimit(bytes.length)).read(file);
    } finally {
      file.close();
    }
  } catch (cause) {
    if (isFoveateError(cause)) throw cause;
    throw invalid(where, 'HDF5 file cannot be read', { got: String(cause).split('\n')[0] ?? '', cause });
  }
}

class Reader {
  readonly h5: Hdf5;
  readonly where: string;
  /** Bytes of all values. */
  readonly limit: number;
  #total = 0;

  constructor(h5: Hdf5, where: string, limit: number) {
    this.h5 = h5;
    this.where = where;
    this.limit = limit;
  }

  read(file: Group): KerasH5Content {
    const inModel = file.keys().includes('model_weights') ? file.get('model_weights') : file;
    const root = inModel instanceof this.h5.Group ? inModel : file;
    const layers = texts(root, 'layer_names');
    const [format, entries] =
      layers === undefined
        ? (['keras-3-h5', this.#vars(root)] as const)
        : (['keras-h5', layers.flatMap((layer) => this.#layer(root, layer))] as const);
    if (entries.length === 0) throw invalid(this.where, 'HDF5 file holds no weights of Keras');
    return { format, entries, metadata: {} };
  }

  /** Keras 1 and 2: attributes list layers and weights, which are named `layer/kernel:0`. */
  #layer(root: Group, layer: string): WeightsEntry[] {
    const group = root.get(layer);
    if (!(group instanceof this.h5.Group)) throw invalid(this.where, `Layer '${layer}' is listed and not there`);
    return (texts(group, 'weight_names') ?? []).map((weight) => {
      const dataset = group.get(weight);
      if (!(dataset instanceof this.h5.Dataset))
        throw invalid(this.where, `Weight '${weight}' is listed and not there`);
      return this.#entry(weight.replace(/:0$/, ''), dataset);
    });
  }

  /** Keras 3: numbered in groups `vars`, which newer versions give the name of the layer. The optimizer's are left out. */
  #vars(root: Group): WeightsEntry[] {
    const found = new Map<string, WeightsEntry>();
    const visit = (group: Group, path: readonly string[]): void => {
      if (path.length > depthLimit || found.size > entryLimit)
        throw invalid(this.where, 'Groups are nested too deeply');
      for (const key of group.keys()) {
        const item = path.length === 0 && key === 'optimizer' ? null : group.get(key);
        if (item instanceof this.h5.Group) visit(item, [...path, key]);
        else if (item instanceof this.h5.Dataset && path.at(-1) === 'vars') {
          const plain = [...path, key].join('/');
          const layer = group.attrs['name']?.value;
          const named = typeof layer === 'string' ? `${layer}/vars/${key}` : plain;
          const name = found.has(named) ? plain : named;
          found.set(name, this.#entry(name, item));
        }
      }
    };
    visit(root, []);
    return [...found.values()];
  }

  #entry(name: string, dataset: Dataset): WeightsEntry {
    const { shape, type, size } = dataset.metadata;
    if (shape === null) throw invalid(this.where, `Weight '${name}' has no shape`);
    const count = elementCount(shape, name, this.where);
    // Compressed, filled or linked to many times, a small file may promise more values than any memory holds.
    this.#total += count * 4;
    if (this.#total > this.limit) throw invalid(this.where, 'Weights are absurdly large in all');
    if (type !== floatClass) return { name, shape, stored: `HDF5 type ${type} of ${size} bytes` };
    const value = dataset.value;
    const data = typeof value === 'number' ? Float32Array.of(value) : value;
    if (!(data instanceof Float32Array || data instanceof Float64Array) || data.length !== count) {
      throw invalid(this.where, `Weight '${name}' has values of a type that cannot be read`);
    }
    return {
      name,
      shape,
      stored: `float${size * 8}`,
      tensor: { dtype: 'float32', shape, data: Float32Array.from(data) },
    };
  }
}

/** A list of texts in an attribute; HDF5 limits attributes to 64 KiB, so Keras continues long ones in `name1` and so on. */
function texts(group: Group, name: string): string[] | undefined {
  const { attrs } = group;
  const parts = name in attrs ? [name] : Object.keys(attrs).filter((key) => key.startsWith(name));
  if (parts.length === 0) return undefined;
  return parts
    .sort((a, b) => Number(a.slice(name.length)) - Number(b.slice(name.length)))
    .flatMap((key) => {
      const value = attrs[key]?.value;
      return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
    });
}
