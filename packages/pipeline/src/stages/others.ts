/** What content augmentations take parts from: other training samples, not augmented. */
import type { AugmentationContext, Label } from '@foveate/contracts';
import type { SampleStore, Stored } from './sample-store.js';

/** Chooses among training samples. */
export class Others {
  readonly #all: readonly Stored[];
  readonly #byLabel: Readonly<Record<Label, readonly Stored[]>>;

  /** @param samples the training split in order of ids: the same everywhere, so that a choice is the same sample */
  constructor(samples: readonly Stored[]) {
    this.#all = samples;
    const of = (label: Label) => samples.filter(({ sample }) => sample.label === label);
    this.#byLabel = [of(0), of(1)];
  }

  /** The view of one sample, which is not among its others. */
  contextOf(id: string, store: SampleStore): AugmentationContext {
    return {
      other: async (choice, label) => {
        const list = label === undefined ? this.#all : this.#byLabel[label];
        const self = list.findIndex(({ sample }) => sample.id === id);
        const count = self === -1 ? list.length : list.length - 1;
        const place = Math.min(count - 1, Math.floor(choice * count));
        const chosen = list[self !== -1 && place >= self ? place + 1 : place];
        return chosen === undefined ? undefined : store.prepare(chosen);
      },
    };
  }
}
