import { fail } from '@foveate/contracts';

/** Who waits for whom while services are built: where that becomes a circle, nobody would ever be done. */
export class WaitGraph {
  readonly #waits = new Map<string, string[]>();

  /**
   * Has `waiter` wait for what `work` gives.
   * @throws FoveateError `PLUGIN_INVALID` naming the circle, when `wanted` waits for `waiter` already
   */
  async during<T>(waiter: string, wanted: string, work: () => T | Promise<T>): Promise<T> {
    const back = this.#path(wanted, waiter);
    if (back !== undefined) {
      throw fail({
        code: 'PLUGIN_INVALID',
        what: `Plugins ask for each other in a circle: ${[waiter, ...back].join(' -> ')}`,
      });
    }
    const list = this.#waits.get(waiter) ?? [];
    this.#waits.set(waiter, list);
    list.push(wanted);
    try {
      return await work();
    } finally {
      list.splice(list.indexOf(wanted), 1);
    }
  }

  /** Names from one to the other along who waits for whom; undefined when there is no such way. */
  #path(from: string, to: string): readonly string[] | undefined {
    if (from === to) return [from];
    for (const next of this.#waits.get(from) ?? []) {
      const rest = this.#path(next, to);
      if (rest !== undefined) return [from, ...rest];
    }
    return undefined;
  }
}
