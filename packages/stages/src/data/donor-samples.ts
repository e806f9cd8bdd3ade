/** What content augmentations take parts from: other training samples, not augmented. */
import type { AugmentationContext, Label, PixelMemory } from '@foveate/contracts';
import type { SampleStore, Stored } from './sample-store.js';

/** Chooses among training samples. */
export class DonorSamples {
  readonly #all: Choice;
  readonly #byLabel: Readonly<Record<Label, Choice>>;

  /** @param samples the training split in order of ids: the same everywhere, so that a choice is the same sample */
  constructor(samples: readonly Stored[]) {
    this.#all = choiceOf(samples);
    const of = (label: Label) => choiceOf(samples.filter(({ sample }) => sample.label === label));
    this.#byLabel = [of(0), of(1)];
  }

  /**
   * The view of one sample, which is not among its others.
   * @param memory for what is chosen; without it new memory
   */
  contextOf(id: string, store: SampleStore, memory?: PixelMemory): AugmentationContext {
    return {
      other: async (choice, label) => {
        const { list, places } = label === undefined ? this.#all : this.#byLabel[label];
        const self = places.get(id);
        const count = self === undefined ? list.length : list.length - 1;
        const place = Math.min(count - 1, Math.floor(choice * count));
        const chosen = list[self !== undefined && place >= self ? place + 1 : place];
        return chosen === undefined ? undefined : store.prepare(chosen, memory);
      },
      ...(memory === undefined ? {} : { memory }),
    };
  }
}

/** Samples, and the place of each by id. */
interface Choice {
  readonly list: readonly Stored[];
  readonly places: ReadonlyMap<string, number>;
}

function choiceOf(list: readonly Stored[]): Choice {
  return { list, places: new Map(list.map(({ sample }, index) => [sample.id, index])) };
}
