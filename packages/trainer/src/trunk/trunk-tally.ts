/** Counts what the cache of a trunk was good for. */

/** How many samples' features came from where. */
export interface TrunkCounts {
  readonly read: number;
  readonly computed: number;
  /** Time it would have taken to compute what was read, less the time to read it; making the images not counted. */
  readonly secondsSaved: number;
}

const nothing = { samples: 0, seconds: 0 };

/** Sums since they were last taken, and how long a sample takes to compute. */
export class TrunkTally {
  #read = nothing;
  #computed = nothing;
  #secondsPerSample = 0;

  read(samples: number, seconds: number): void {
    this.#read = { samples: this.#read.samples + samples, seconds: this.#read.seconds + seconds };
  }

  computed(samples: number, seconds: number): void {
    this.#computed = { samples: this.#computed.samples + samples, seconds: this.#computed.seconds + seconds };
  }

  take(): TrunkCounts {
    const [read, computed] = [this.#read, this.#computed];
    if (computed.samples > 0) this.#secondsPerSample = computed.seconds / computed.samples;
    this.#read = nothing;
    this.#computed = nothing;
    const secondsSaved = Math.max(0, read.samples * this.#secondsPerSample - read.seconds);
    return { read: read.samples, computed: computed.samples, secondsSaved };
  }
}
