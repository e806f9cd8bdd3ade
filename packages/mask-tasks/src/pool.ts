/** Work that goes on beside a loop, so much of it at once. (RxJS' `mergeMap` would read the loop's items without end ahead.) */

/** A pool of promises. The first error is thrown where the loop waits next. */
export class Pool {
  readonly #most: number;
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  /** Starts work, once there is room for it. @throws what earlier work has thrown */
  async add(work: () => Promise<void>): Promise<void> {
    while (this.#running.size >= this.#most) await Promise.race(this.#running);
    this.#check();
    const running: Promise<void> = work()
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#running.delete(running);
      });
    this.#running.add(running);
  }

  /** The items; after the last of them, and also where it is left early, all work that was started is waited for. */
  async *during<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* items;
    } finally {
      await Promise.all(this.#running);
    }
    this.#check();
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
