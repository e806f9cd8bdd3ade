/** Adds up how long a consumer waits for what it pulls. */
export class WaitClock {
  #milliseconds = 0;

  /** The same items; the time between asking for one and getting it counts. */
  over<T>(source: AsyncIterable<T>): AsyncIterable<T> {
    return {
      [Symbol.asyncIterator]: () => {
        const iterator = source[Symbol.asyncIterator]();
        return {
          next: async () => {
            const since = performance.now();
            try {
              return await iterator.next();
            } finally {
              this.#milliseconds += performance.now() - since;
            }
          },
          return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
        };
      },
    };
  }

  /** Seconds waited since the last time this was asked. */
  take(): number {
    const seconds = this.#milliseconds / 1000;
    this.#milliseconds = 0;
    return seconds;
  }
}
