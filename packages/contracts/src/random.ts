/**
 * Counter-based random numbers: every draw is a pure function of a seed, a path of names or numbers and a position.
 * Nothing is shared or advanced elsewhere, so the order in which samples are worked on, the number of workers and a
 * stop in between cannot change a result.
 *
 * The generator is Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 */

const multiplier0 = 0xd2511f53;
const multiplier1 = 0xcd9e8d57;
const weyl0 = 0x9e3779b9;
const weyl1 = 0xbb67ae85;

/** High and low 32 bits of a 32 x 32 bit product, exact in doubles by splitting one factor. */
function multiply(a: number, b: number): [number, number] {
  const low = Math.imul(a, b) >>> 0;
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const carry = a0 * b1 + (middle & 0xffff);
  const high = a1 * b1 + Math.floor(middle / 65536) + Math.floor(carry / 65536);
  return [high >>> 0, low];
}

/**
 * One block of Philox4x32-10.
 * @param counter four unsigned 32-bit words
 * @param key two unsigned 32-bit words
 * @returns four unsigned 32-bit words
 */
export function philox4x32(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = multiply(multiplier0, c0);
    const [high1, low1] = multiply(multiplier1, c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + weyl0) >>> 0;
    k1 = (k1 + weyl1) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** 32-bit FNV-1a over the UTF-16 units of `text`, starting from `basis`. */
function fnv1a(text: string, basis: number): number {
  let hash = basis;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  return hash >>> 0;
}

/** A stream of random numbers that starts at position 0 of its (seed, path). */
export class RandomStream {
  readonly #key: readonly [number, number];
  readonly #high: readonly [number, number];
  #position = 0;
  #block: readonly number[] = [];

  constructor(seed: number, path: readonly (string | number)[]) {
    // Length-prefixed parts: ('ab','c') and ('a','bc') must not meet.
    const text = path.map((part) => `${typeof part === 'number' ? 'n' : 's'}${String(part).length}:${part}`).join('/');
    this.#key = [seed >>> 0, Math.floor(seed / 4294967296) >>> 0];
    this.#high = [fnv1a(text, 0x811c9dc5), fnv1a(text, 0x050c5d1f)];
  }

  /** An integer in [0, 2^32). */
  uint32(): number {
    const lane = this.#position % 4;
    if (lane === 0) this.#block = philox4x32([Math.floor(this.#position / 4), 0, ...this.#high], this.#key);
    this.#position++;
    return this.#block[lane] as number;
  }

  /** A number in [0, 1) with 32 random bits. */
  float(): number {
    return this.uint32() / 4294967296;
  }

  /** A number in [low, high). */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.float();
  }

  /** An integer in [0, bound), without modulo bias. */
  integer(bound: number): number {
    const limit = 4294967296 - (4294967296 % bound);
    for (;;) {
      const value = this.uint32();
      if (value < limit) return value % bound;
    }
  }

  /** A standard normal deviate (Box and Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.float()));
    return radius * Math.cos(2 * Math.PI * this.float());
  }

  /** One element of a non-empty list. */
  pick<T>(list: readonly T[]): T {
    return list[this.integer(list.length)] as T;
  }

  /** A new list in random order (Fisher and Yates). */
  shuffle<T>(list: readonly T[]): T[] {
    const result = [...list];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [result[i], result[j]] = [result[j] as T, result[i] as T];
    }
    return result;
  }
}

/**
 * The random stream of one purpose.
 * @param seed run seed, an integer in [0, 2^53)
 * @param path names and numbers that identify the purpose, for example `('augment', epoch, sample.id, operation)`
 */
export function random(seed: number, ...path: readonly (string | number)[]): RandomStream {
  return new RandomStream(seed, path);
}

/** Samples in random order: the same one in whatever order they are given. */
export function shuffledById<T extends { readonly id: string }>(stream: RandomStream, samples: readonly T[]): T[] {
  return stream.shuffle(samples.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
}
