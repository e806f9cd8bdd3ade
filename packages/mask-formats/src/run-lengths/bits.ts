/** Numbers of any count of bits in a row of bytes, highest bit first. */

/** Reads numbers out of bytes. */
export class BitReader {
  readonly #bytes: ArrayLike<number>;
  #at = 0;

  constructor(bytes: ArrayLike<number>) {
    this.#bytes = bytes;
  }

  /** The next number of that many bits, at most 32. @throws RangeError at the end of the bytes */
  read(bits: number): number {
    if (this.#at + bits > this.#bytes.length * 8) throw new RangeError(`the bytes end at byte ${this.#bytes.length}`);
    let value = 0;
    for (let left = bits; left > 0;) {
      const offset = this.#at % 8;
      const take = Math.min(left, 8 - offset);
      const byte = this.#bytes[(this.#at - offset) / 8] ?? 0;
      value = value * 2 ** take + ((byte >> (8 - offset - take)) & (2 ** take - 1));
      this.#at += take;
      left -= take;
    }
    return value;
  }
}

/** Writes numbers into bytes. */
export class BitWriter {
  readonly bytes: number[] = [];
  #free = 0;

  /** Appends a number of that many bits, at most 32. */
  write(value: number, bits: number): void {
    for (let left = bits; left > 0;) {
      if (this.#free === 0) {
        this.bytes.push(0);
        this.#free = 8;
      }
      const take = Math.min(left, this.#free);
      const part = Math.floor(value / 2 ** (left - take)) % 2 ** take;
      const last = this.bytes.length - 1;
      this.bytes[last] = (this.bytes[last] ?? 0) | (part << (this.#free - take));
      this.#free -= take;
      left -= take;
    }
  }
}
