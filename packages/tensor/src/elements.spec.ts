import { describe, expect, it } from '@jest/globals';
import { decodeElements } from './elements.js';

const halves = (...words: number[]) => new Uint8Array(new Uint16Array(words).buffer);

describe('decodeElements', () => {
  it('widens binary16 exactly: normal, subnormal, zeros, infinities', () => {
    const words = halves(0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x83ff, 0x0000, 0x8000, 0x7c00, 0xfc00);
    expect([...decodeElements('float16', words)]).toEqual([
      1,
      -2,
      65504,
      2 ** -14,
      2 ** -24,
      -(1023 / 1024) * 2 ** -14,
      0,
      -0,
      Infinity,
      -Infinity,
    ]);
    expect(decodeElements('float16', halves(0x7e00))[0]).toBeNaN();
  });

  it('agrees with binary16 computed from its definition, for every finite value', () => {
    const words = Uint16Array.from({ length: 0x7c00 }, (_, i) => i);
    const expected = [...words].map((word) => {
      const exponent = word >> 10;
      return exponent === 0 ? (word / 1024) * 2 ** -14 : (1 + (word & 1023) / 1024) * 2 ** (exponent - 15);
    });
    expect([...decodeElements('float16', new Uint8Array(words.buffer))]).toEqual(expected);
  });

  it('widens bfloat16, rounds float64 and copies float32 from unaligned memory', () => {
    expect([...decodeElements('bfloat16', halves(0x3f80, 0xc049))]).toEqual([1, -3.140625]);
    expect([...decodeElements('float64', new Uint8Array(new Float64Array([0.1]).buffer))]).toEqual([Math.fround(0.1)]);
    const shifted = new Uint8Array(9);
    shifted.set(new Uint8Array(new Float32Array([1.5, -7]).buffer), 1);
    expect([...decodeElements('float32', shifted.subarray(1))]).toEqual([1.5, -7]);
  });
});
