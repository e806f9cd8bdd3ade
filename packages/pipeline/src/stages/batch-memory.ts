/**
 * Memory of batches that were used, for the next ones. A batch takes tens of megabytes: to have them made and cleared by
 * the system costs more than to fill them.
 */
import type { Batch } from '@foveate/contracts';

/** Memory of one batch. */
export interface BatchMemory {
  readonly images: ArrayBuffer;
  readonly aoi: ArrayBuffer;
}

/** What lies ready. */
export class SpareMemory {
  readonly #most: number;
  readonly #pixels: number;
  #spare: readonly BatchMemory[] = [];

  /**
   * @param size of images
   * @param most memories that are kept
   */
  constructor([height, width]: readonly [height: number, width: number], most: number) {
    this.#pixels = height * width;
    this.#most = most;
  }

  /** Memory for that many samples, with whatever is in it. */
  take(samples: number): BatchMemory {
    const bytes = samples * this.#pixels * Float32Array.BYTES_PER_ELEMENT;
    const found = this.#spare.find(({ aoi }) => aoi.byteLength >= bytes);
    if (found === undefined) return { images: new ArrayBuffer(bytes * 3), aoi: new ArrayBuffer(bytes) };
    this.#spare = this.#spare.filter((memory) => memory !== found);
    return found;
  }

  /** Takes the memory of a batch. Its arrays are empty from then on: whoever still uses them is to notice. */
  give({ images, aoi }: Batch): void {
    const memory = { images: detached(images), aoi: detached(aoi) };
    // The largest fit everything; the last batch of an epoch is small.
    this.#spare = [...this.#spare, memory].toSorted((a, b) => b.aoi.byteLength - a.aoi.byteLength).slice(0, this.#most);
  }
}

function detached({ buffer }: Float32Array): ArrayBuffer {
  return structuredClone(buffer as ArrayBuffer, { transfer: [buffer as ArrayBuffer] });
}
