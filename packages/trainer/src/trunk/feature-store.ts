/**
 * Features on the disk. Each file holds those of one batch, as safetensors: `<content>/trunk` [h, w, K] float32 and
 * `<content>/aoi` int32, the area of interest a bit per pixel. Files are written atomically and never changed, so that
 * processes may share a folder and anybody may delete it at any time.
 */
import { isFoveateError, type HostTensor, type HostTensors } from '@foveate/contracts';
import { isTemporaryName, writeAtomically } from '@foveate/contracts/node';
import { encodeSafetensors } from '@foveate/tensor';
import { createHash } from 'node:crypto';
import { open, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

/** The features of one sample, with its area of interest. */
export interface StoredSample {
  /** [h, w, K] */
  readonly trunk: Float32Array;
  /** A bit per pixel, lowest bit first. */
  readonly aoi: Int32Array;
}

interface Place {
  readonly file: string;
  /** Bytes from the start of the file, the area of interest first. */
  readonly begin: number;
  readonly aoiBytes: number;
  readonly end: number;
}

const suffix = '.safetensors';
/** Bytes; a header names the samples of one batch. */
const headerLimit = 10_000_000;
/** A file that was begun so long ago, in milliseconds, is not being written any more. */
const abandoned = 3_600_000;
/** Names of stores. Nothing else under the root is ever touched. */
const storeName = /^trunk-[0-9a-f]{32}$/;

/** Features made by one trunk. */
export class FeatureStore {
  readonly #folder: string;
  readonly #places = new Map<string, Place>();
  #shape: readonly number[] | undefined;
  #room: number;
  #closed: string | undefined;

  private constructor(folder: string, room: number) {
    this.#folder = folder;
    this.#room = room;
  }

  /**
   * Opens what is there. Older stores beside it are deleted until all fit into `budget`.
   * @param root folder of all stores
   * @param key of the trunk: `trunk-` and 32 hexadecimal digits
   * @param budget bytes of all stores under `root`; when it is used up nothing more is kept
   */
  static async open(root: string, key: string, budget: number): Promise<FeatureStore> {
    const folder = join(root, key);
    await removeLeftovers(folder);
    const own = await bytesOf(folder);
    const others = await makeRoom(root, key, budget - own);
    const store = new FeatureStore(folder, budget - own - others);
    for (const name of await filesIn(folder)) await store.#index(join(folder, name));
    await utimes(folder, new Date(), new Date()).catch(() => undefined);
    return store;
  }

  /** [h, w, K]; undefined while nothing is stored. */
  get shape(): readonly number[] | undefined {
    return this.#shape;
  }

  /** Why nothing more is kept; undefined as long as something is. */
  get closed(): string | undefined {
    return this.#closed;
  }

  has(content: string): boolean {
    return this.#places.has(content);
  }

  /** @returns undefined when it is not there, or not any more */
  async read(content: string): Promise<StoredSample | undefined> {
    const place = this.#places.get(content);
    if (place === undefined) return undefined;
    const bytes = await readBytes(place.file, place.begin, place.end).catch(() => undefined);
    if (bytes === undefined) {
      this.#places.delete(content);
      return undefined;
    }
    return {
      aoi: new Int32Array(bytes.buffer, 0, place.aoiBytes / 4),
      trunk: new Float32Array(bytes.buffer, place.aoiBytes),
    };
  }

  /**
   * Keeps the samples of a batch, if there is room. When they cannot be written the store closes: a training does not
   * depend on it.
   * @param samples by content
   */
  async write(samples: ReadonlyMap<string, StoredSample>, shape: readonly number[]): Promise<void> {
    if (samples.size === 0 || this.#closed !== undefined) return;
    const tensors: Record<string, HostTensor> = {};
    for (const [content, { trunk, aoi }] of samples) {
      tensors[`${content}/trunk`] = { dtype: 'float32', shape, data: trunk };
      tensors[`${content}/aoi`] = { dtype: 'int32', shape: [aoi.length], data: aoi };
    }
    const bytes = encodeSafetensors(tensors as HostTensors);
    if (bytes.length > this.#room) {
      this.#closed = 'the disk space for features (training.featureCache.megabytes) is used up';
      return;
    }
    this.#room -= bytes.length;
    // The name says what is in it: two processes that write the same file write the same bytes.
    const name = createHash('sha256')
      .update([...samples.keys()].sort().join())
      .digest('hex');
    const file = join(this.#folder, `${name}${suffix}`);
    try {
      await writeAtomically(file, bytes);
      this.#note(file, bytes);
    } catch (error) {
      if (!isFoveateError(error)) throw error;
      this.#closed = error.message;
    }
  }

  async #index(file: string): Promise<void> {
    const length = await readBytes(file, 0, 8).catch(() => undefined);
    if (length === undefined) return;
    const headerLength = Number(new DataView(length.buffer).getBigUint64(0, true));
    if (headerLength > headerLimit) return;
    const header = await readBytes(file, 0, 8 + headerLength).catch(() => undefined);
    if (header !== undefined) this.#note(file, header);
  }

  /** @param bytes of the file, at least up to the end of its header */
  #note(file: string, bytes: Uint8Array): void {
    const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    const start = 8 + headerLength;
    const header = parseHeader(bytes.subarray(8, start));
    for (const [name, trunk] of Object.entries(header)) {
      const content = /^(.+)\/trunk$/.exec(name)?.[1];
      const aoi = header[`${content}/aoi`];
      if (content === undefined || aoi === undefined) continue;
      this.#shape ??= trunk.shape;
      this.#places.set(content, {
        file,
        begin: start + aoi.data_offsets[0],
        aoiBytes: aoi.data_offsets[1] - aoi.data_offsets[0],
        end: start + trunk.data_offsets[1],
      });
    }
  }
}

type Header = Readonly<Record<string, { readonly shape: readonly number[]; readonly data_offsets: [number, number] }>>;

/** Empty for a file that is no safetensors file: it holds nothing that could be found. */
function parseHeader(bytes: Uint8Array): Header {
  try {
    return JSON.parse(Buffer.from(bytes).toString()) as Header;
  } catch {
    return {};
  }
}

/** @throws Error when the file is not there or ends before `end` */
async function readBytes(file: string, begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  const handle = await open(file);
  try {
    const bytes = new Uint8Array(end - begin);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, begin);
    if (bytesRead !== bytes.length) throw new Error(`${file} ends too early.`);
    return bytes;
  } finally {
    await handle.close();
  }
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith(suffix)).sort();
}

/** What killed processes left unfinished; others may share the folder and be writing just now. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of (await readdir(folder).catch(() => [])).filter(isTemporaryName)) {
    const file = join(folder, name);
    const begun = await stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(),
    );
    if (Date.now() - begun > abandoned) await rm(file, { force: true }).catch(() => undefined);
  }
}

async function bytesOf(folder: string): Promise<number> {
  const sizes = (await filesIn(folder)).map(async (name) => (await stat(join(folder, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Deletes the least recently used stores besides `key` until the others fit into `budget`. @returns bytes they use */
async function makeRoom(root: string, key: string, budget: number): Promise<number> {
  const names = (await readdir(root).catch(() => [])).filter((name) => storeName.test(name) && name !== key);
  const stores = await Promise.all(
    names.map(async (name) => {
      const folder = join(root, name);
      return { folder, bytes: await bytesOf(folder), used: (await stat(folder)).mtimeMs };
    }),
  );
  let total = stores.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { folder, bytes } of stores.sort((a, b) => a.used - b.used)) {
    if (total <= Math.max(budget, 0)) break;
    await rm(folder, { recursive: true, force: true });
    total -= bytes;
  }
  return total;
}
