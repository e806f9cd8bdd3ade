/**
 * Batches of bytes, as they are prepared, made into batches of floats, as they are used: a quarter to carry from thread to
 * thread. The memory of both is kept for the next ones: a batch takes tens of megabytes, and to have them made and cleared
 * by the system costs more than to fill them.
 */
import type { Batch } from '@foveate/contracts';
import { bytesToUnitFloats } from '@foveate/image';

/** A batch before its values are scaled. */
export interface ByteBatch extends Omit<Batch, 'images' | 'aoi'> {
  /** NHWC, sRGB, 0 to 255; length `n * height * width * 3`. */
  readonly images: Uint8Array;
  /** NHW, 0 or 255; length `n * height * width`. */
  readonly aoi: Uint8Array;
}

/** Memory of one batch. */
export interface BatchMemory {
  readonly images: ArrayBuffer;
  readonly aoi: ArrayBuffer;
}

/** Batches made in memory that is used again. */
export class BatchMaker {
  readonly #bytes: SpareMemory;
  readonly #floats: SpareMemory;

  /**
   * @param size of images
   * @param atOnce batches that are made at the same time
   */
  constructor([height, width]: readonly [height: number, width: number], atOnce: number) {
    this.#bytes = new SpareMemory(height * width, atOnce);
    this.#floats = new SpareMemory(height * width * Float32Array.BYTES_PER_ELEMENT, atOnce + 1);
  }

  /**
   * A batch.
   * @param prepare makes it in memory that is large enough, with whatever is in it
   */
  async make(samples: number, prepare: (memory: BatchMemory) => Promise<ByteBatch>): Promise<Batch> {
    const bytes = await prepare(this.#bytes.take(samples));
    const memory = this.#floats.take(samples);
    const images = new Float32Array(memory.images, 0, bytes.images.length);
    const aoi = new Float32Array(memory.aoi, 0, bytes.aoi.length);
    bytesToUnitFloats(bytes.images, images);
    bytesToUnitFloats(bytes.aoi, aoi);
    this.#bytes.give(bytes);
    return { ...bytes, images, aoi };
  }

  /** Takes back the memory of a batch. Its arrays are empty from then on: whoever still uses them is to notice. */
  reuse(batch: Batch): void {
    this.#floats.give(batch);
  }
}

/** Memory that lies ready. */
class SpareMemory {
  readonly #most: number;
  readonly #sampleBytes: number;
  #spare: readonly BatchMemory[] = [];

  /**
   * @param sampleBytes what a channel of a sample takes
   * @param most memories that are kept
   */
  constructor(sampleBytes: number, most: number) {
    this.#sampleBytes = sampleBytes;
    this.#most = most;
  }

  take(samples: number): BatchMemory {
    const bytes = samples * this.#sampleBytes;
    const found = this.#spare.find(({ aoi }) => aoi.byteLength >= bytes);
    if (found === undefined) return { images: new ArrayBuffer(bytes * 3), aoi: new ArrayBuffer(bytes) };
    this.#spare = this.#spare.filter((memory) => memory !== found);
    return found;
  }

  give({ images, aoi }: Readonly<Record<keyof BatchMemory, Uint8Array | Float32Array>>): void {
    const memory = { images: detached(images), aoi: detached(aoi) };
    // The largest fit everything; the last batch of an epoch is small.
    this.#spare = [...this.#spare, memory].toSorted((a, b) => b.aoi.byteLength - a.aoi.byteLength).slice(0, this.#most);
  }
}

function detached({ buffer }: Uint8Array | Float32Array): ArrayBuffer {
  return structuredClone(buffer as ArrayBuffer, { transfer: [buffer as ArrayBuffer] });
}
