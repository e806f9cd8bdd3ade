import { invalid } from '../weights-file.js';

/** Reads little-endian values one after the other. Every method throws `WEIGHTS_INVALID` at the end of the bytes. */
export class ByteReader {
  #position = 0;
  readonly #view: DataView;

  readonly bytes: Uint8Array;
  readonly where: string;

  constructor(bytes: Uint8Array, where: string) {
    this.bytes = bytes;
    this.where = where;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The next `length` bytes, a view. */
  take(length: number): Uint8Array {
    const begin = this.#advance(length);
    return this.bytes.subarray(begin, begin + length);
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  int64(): bigint {
    return this.#view.getBigInt64(this.#advance(8), true);
  }

  float64BigEndian(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** Up to the next line feed, which is skipped. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.#position);
    const line = this.take((end < 0 ? this.bytes.length : end) - this.#position);
    this.#advance(1);
    return Buffer.from(line).toString('utf8');
  }

  #advance(length: number): number {
    const begin = this.#position;
    if (length < 0 || begin + length > this.bytes.length)
      throw invalid(this.where, 'File ends in the middle', { got: `${this.bytes.length} bytes` });
    this.#position += length;
    return begin;
  }
}
