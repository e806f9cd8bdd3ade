/**
 * What was used of late, by key: a few entries, of which the one that was not asked for the longest makes room for a new one.
 */
export class Recent<T> {
  readonly #entries = new Map<string, T>();
  readonly #most: number;
  readonly #drop: (entry: T) => void;

  /**
   * @param most how many entries are kept, 1 or more
   * @param drop called with each entry that makes room
   */
  constructor(most: number, drop: (entry: T) => void) {
    this.#most = most;
    this.#drop = drop;
  }

  /** The entry with this key, made now if there is none. */
  get(key: string, make: () => T): T {
    const entry = this.#entries.get(key) ?? make();
    // A map keeps the order in which keys came: this one is now the newest.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const [oldest] = this.#entries;
    if (this.#entries.size > this.#most && oldest !== undefined) {
      this.#entries.delete(oldest[0]);
      this.#drop(oldest[1]);
    }
    return entry;
  }

  /** Forgets an entry without a call of `drop`. */
  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** Drops all. */
  clear(): void {
    this.#entries.forEach(this.#drop);
    this.#entries.clear();
  }
}
