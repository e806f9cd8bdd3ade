/** Runs tasks one after the other, in the order they are given; one that fails does not hold up the next. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  /** The result of `task`, once its turn has come. */
  add<T>(task: () => T | Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
