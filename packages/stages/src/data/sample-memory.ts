/** Memory of the samples that are worked on, for the next ones: pixels that live for milliseconds are no garbage then. */
import type { PixelMemory } from '@foveate/contracts';

/** Memory for one sample after the other. */
export class SampleMemory {
  readonly #bySize = new Map<number, { readonly all: Uint8Array[]; taken: number }>();

  /** Holds until {@link release}. */
  readonly take: PixelMemory = (bytes) => {
    const kept = this.#bySize.get(bytes) ?? { all: [], taken: 0 };
    this.#bySize.set(bytes, kept);
    return (kept.all[kept.taken++] ??= new Uint8Array(bytes));
  };

  /** The sample is done with: what was taken is handed out again. */
  release(): void {
    for (const kept of this.#bySize.values()) kept.taken = 0;
  }
}
